"""What the sources leave open: decided by a manager, never assumed."""

import uuid

import pytest

from apps.audit.models import AuditEvent
from apps.pain_tests.models import PainTestSettings
from tests.factories.measuring import p50_body, ppt_body
from tests.factories.people import api_client

from .conftest import PAIN, SETTINGS, faults, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1")]

NOTHING = {
    "version": 0,
    "p50_degree": None,
    "bp_rule": None,
    "set_by": None,
    "set_at": None,
}


def test_before_anything_is_decided_nothing_is_assumed(undecided):
    assert undecided.client.get(SETTINGS).json() == NOTHING


def test_a_manager_decides_and_earlier_versions_stay(lab):
    manager = api_client(lab.manager)

    answer = lab.post({"p50_degree": 3, "bp_rule": None}, to=SETTINGS, by=manager)

    assert answer.status_code == 200
    assert answer.json() == lab.client.get(SETTINGS).json()
    assert (answer.json()["version"], answer.json()["p50_degree"]) == (2, 3)
    assert answer.json()["bp_rule"] is None
    rows = lab.stored(PainTestSettings)
    assert [(each.p50_degree, each.bp_rule) for each in rows] == [(2, "or"), (3, "")]
    assert AuditEvent.objects.filter(action="pain_test_settings.decide").count() == 1


def test_a_decision_sent_twice_is_one(lab):
    manager = api_client(lab.manager)
    body = {"p50_degree": 1, "bp_rule": "and", "change_id": str(uuid.uuid4())}

    first, again = (lab.post(body, to=SETTINGS, by=manager) for _ in range(2))

    assert first.json() == again.json()
    assert len(lab.stored(PainTestSettings)) == 2


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"p50_degree": 4, "bp_rule": "or"}, ("/p50_degree", "invalid_choice")),
        ({"p50_degree": 0, "bp_rule": "or"}, ("/p50_degree", "invalid_choice")),
        ({"p50_degree": 2, "bp_rule": "xor"}, ("/bp_rule", "invalid_choice")),
        ({"p50_degree": 2}, ("/bp_rule", "required")),
    ],
)
def test_an_unknown_decision_is_refused(lab, body, fault):
    answer = lab.post(body, to=SETTINGS, by=api_client(lab.manager))

    assert faults(answer) == [fault]
    assert len(lab.stored(PainTestSettings)) == 1


@pytest.mark.parametrize("person", ["therapist", "assessor"])
def test_nobody_else_decides(lab, person):
    client = api_client(getattr(lab, person))

    answer = lab.post({"p50_degree": 1, "bp_rule": "or"}, to=SETTINGS, by=client)

    assert answer.status_code == 403
    assert len(lab.stored(PainTestSettings)) == 1


def test_a_correction_keeps_the_settings_under_which_it_was_recorded(lab):
    found = lab.recorded(p50=p50_body(lab.order()))
    lab.post(
        {"p50_degree": 1, "bp_rule": "or"}, to=SETTINGS, by=api_client(lab.manager)
    )

    corrected = lab.patch(f"{PAIN}{found['id']}/", device="Other").json()

    assert corrected["p50_kpa"] == found["p50_kpa"]
    assert (corrected["settings_version"], corrected["p50_fit"]["degree"]) == (1, 2)


def test_once_a_degree_is_decided_a_correction_computes_p50(undecided):
    lab = undecided
    found = lab.recorded(ppt=ppt_body(), p50=p50_body(lab.order()))
    assert reasons(found) == ["p50_kpa.degree_not_set"]
    lab.post(
        {"p50_degree": 2, "bp_rule": "or"}, to=SETTINGS, by=api_client(lab.manager)
    )

    corrected = lab.patch(f"{PAIN}{found['id']}/", device="Other").json()

    assert corrected["p50_kpa"] == pytest.approx(293.75, abs=5e-3)
    assert (corrected["refusals"], corrected["settings_version"]) == ([], 1)
