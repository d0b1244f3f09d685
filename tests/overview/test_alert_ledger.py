"""The ledger of alerts: a month worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.audit.models import AuditEvent
from apps.common import clock
from apps.flares.models import DetectorPolicy, Verdict
from apps.flares.policies import load_policies
from apps.inbox.models import Alert
from apps.logbook.models import HeldSession
from tests.factories.people import (
    api_client,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F4")]
URL = "/api/v1/alert-ledger/"
# Four weeks: 2 to 29 March 2026.
MARCH = {"from": "2026-03-02", "to": "2026-03-29"}
OPENED = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def clinic():
    return make_clinic()


@pytest.fixture
def maja(clinic):
    return make_manager(clinic)


@pytest.fixture
def patient(clinic):
    return make_patient(clinic, therapist=make_therapist(clinic), given_name="Wilma")


def alert(patient, number, *, by=None, looked_after_s=None, judged="", **fields):
    """Put one alert that was opened on 10 March, and what became of it."""
    at = OPENED + timedelta(seconds=looked_after_s or 0)
    values = {
        "kind": "acute_flare",
        "severity": "moderate",
        "policy_version": "eih-1",
        "opened_at": OPENED,
    }
    if looked_after_s is not None:
        values |= {
            "status": "acknowledged",
            "acknowledged_at": at,
            "acknowledged_by": by,
        }
    if judged:
        values |= {
            "status": "resolved",
            "resolved_at": at,
            "resolved_by": by,
            "judgement": judged,
            "action": "talked",
        }
    return Alert.objects.create(
        clinic=patient.clinic,
        patient=patient,
        origin_key=f"o{number}",
        sentence="Pain rose.",
        **(values | fields),
    )


def get(user, **query):
    return api_client(user).get(URL, query)


def test_ledger_counts_what_a_hand_counts(patient, maja):
    waits = (100, 200, 300, 400, 1100)
    judged = ("true_flare", "true_flare", "soreness", "false_alarm", "")
    for number, (wait_s, found) in enumerate(zip(waits, judged, strict=True)):
        alert(patient, number, by=maja, looked_after_s=wait_s, judged=found)
    alert(patient, "unseen", escalated_at=OPENED + timedelta(days=2))
    alert(patient, "older policy", policy_version="eih-0")
    alert(patient, "red", kind="red_flag", severity="high", policy_version="")

    answer = get(maja, **MARCH)

    assert answer.status_code == 200
    body = answer.json()
    assert (body["first_day"], body["last_day"]) == ("2026-03-02", "2026-03-29")
    rules = {(one["kind"], one["policy_version"]): one for one in body["rules"]}
    assert rules.keys() == {
        ("acute_flare", "eih-0"),
        ("acute_flare", "eih-1"),
        ("red_flag", None),
    }
    rule = rules["acute_flare", "eih-1"]
    # Six alerts in four weeks; five looked at, of which the middle one after 300 s.
    # The 90 % point of 5 lies at 3.6 of 4 steps: 400 + 0.6 * 700.
    assert {name: rule[name] for name in rule if name != "judgements"} == {
        "kind": "acute_flare",
        "policy_version": "eih-1",
        "alerts": 6,
        "alerts_per_week": "1.50",
        "acknowledged": 5,
        "share_acknowledged": "0.8333",
        "median_to_acknowledge_s": 300,
        "p90_to_acknowledge_s": 820,
        "escalated": 1,
        "judged": 4,
        "unjudged": 2,
    }
    # Wilson for 2, 1 and 0 of 4, z = 1.95996.
    assert rule["judgements"] == [
        yielded("true_flare", 2, "0.5000", "0.1500", "0.8500"),
        yielded("soreness", 1, "0.2500", "0.0456", "0.6994"),
        yielded("other_cause", 0, "0.0000", "0.0000", "0.4899"),
        yielded("false_alarm", 1, "0.2500", "0.0456", "0.6994"),
    ]
    older = rules["acute_flare", "eih-0"]
    assert (older["alerts"], older["acknowledged"]) == (1, 0)
    assert (older["median_to_acknowledge_s"], older["p90_to_acknowledge_s"]) == (
        None,
        None,
    )
    assert older["judgements"][0] == yielded("true_flare", 0, None, None, None)


def yielded(judgement, count, share, low, high):
    return {
        "judgement": judgement,
        "count": count,
        "share": share,
        "low": low,
        "high": high,
    }


def test_ledger_takes_a_resolution_for_a_look_and_the_rise_for_a_beginning(
    patient, maja
):
    judged = alert(patient, 1, by=maja, looked_after_s=600, judged="true_flare")
    Alert.objects.filter(pk=judged.pk).update(
        acknowledged_at=None,
        acknowledged_by=None,
        waits_since=OPENED + timedelta(seconds=500),
    )

    [rule] = get(maja, **MARCH).json()["rules"]

    assert (rule["acknowledged"], rule["median_to_acknowledge_s"]) == (1, 100)


def test_ledger_takes_days_by_the_clock_of_the_clinic(patient, maja):
    # Stockholm is an hour ahead: midnight of 2 March, and summer's end of the 29th.
    inside = (
        datetime(2026, 3, 1, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 21, 59, tzinfo=UTC),
    )
    outside = (
        datetime(2026, 3, 1, 22, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),
    )
    for number, opened_at in enumerate(inside + outside):
        alert(patient, number, opened_at=opened_at)

    [rule] = get(maja, **MARCH).json()["rules"]

    assert rule["alerts"] == 2


def verdict(patient, number, *, tiers, status="shadow", superseded=False):
    started_at = OPENED + timedelta(days=number)
    session = HeldSession.objects.create(
        clinic=patient.clinic,
        patient=patient,
        setting="supervised",
        status="held",
        volume_kg=0,
        time_zone=patient.time_zone,
        started_at=started_at,
        ended_at=started_at + timedelta(hours=1),
        entered_by=patient.user,
        recorded_at=started_at,
        received_at=started_at,
    )
    return Verdict.objects.create(
        clinic=patient.clinic,
        patient=patient,
        session=session,
        policy=DetectorPolicy.objects.get(key="eih", version=1),
        judged_at=started_at,
        superseded_at=started_at if superseded else None,
        likely_doms=False,
        novel=False,
        confounded=False,
        usable=True,
        tiers=tiers,
        alert_status=status,
    )


def test_ledger_tells_what_would_have_alerted_in_shadow(patient, maja):
    load_policies()
    verdict(patient, 0, tiers=["T1", "T2"])
    verdict(patient, 1, tiers=["T1"])
    verdict(patient, 2, tiers=["T1"], superseded=True)
    verdict(patient, 3, tiers=["T1"], status="opened")
    verdict(patient, 40, tiers=["T1"])

    body = get(maja, **MARCH).json()

    assert body["rules"] == []
    assert body["shadow"] == [
        {
            "tier": "T1",
            "policy_version": "eih-1",
            "sessions": 2,
            "sessions_per_week": "0.50",
        },
        {
            "tier": "T2",
            "policy_version": "eih-1",
            "sessions": 1,
            "sessions_per_week": "0.25",
        },
    ]


def test_ledger_covers_twelve_weeks_unless_told_otherwise(maja, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 29, 12, tzinfo=UTC))

    usual, until = get(maja).json(), get(maja, to="2026-03-01").json()

    assert (usual["first_day"], usual["last_day"]) == ("2026-01-05", "2026-03-29")
    assert (until["first_day"], until["last_day"]) == ("2025-12-08", "2026-03-01")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, ""),
        ({"from": "2199-01-01"}, "/from"),
        ({"from": "yesterday"}, "/from"),
        ({"clinic": "17"}, "/clinic"),
        ({"kind": "red_flag"}, "/kind"),
    ],
)
def test_ledger_refuses_what_it_cannot_understand(maja, query, pointer):
    answer = get(maja, **query)

    assert answer.status_code == 400
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_ledger_is_for_managers_of_the_clinic_and_names_nobody(patient, clinic, maja):
    alert(patient, 1)
    of_clinic = {"clinic": str(clinic.public_id)}
    elsewhere = make_manager(make_clinic())

    mine = get(maja, **of_clinic, **MARCH)

    assert mine.status_code == 200
    assert "Wilma" not in mine.content.decode()
    assert str(patient.public_id) not in mine.content.decode()
    assert AuditEvent.objects.filter(action="list", subject="alert_ledger").count() == 1
    therapist = make_therapist(clinic)
    assert get(therapist).status_code == get(therapist, **of_clinic).status_code == 403
    assert get(patient.user, **of_clinic).status_code == 403
    assert get(elsewhere, **of_clinic).status_code == 404
    assert get(elsewhere, **MARCH).json()["rules"] == []
    assert get(None).status_code == 401


def test_ledger_costs_the_same_for_one_alert_and_for_many(
    patient, maja, django_assert_max_num_queries
):
    client = api_client(maja)
    alert(patient, 0)
    with django_assert_max_num_queries(14) as one:
        client.get(URL, MARCH)
    for number in range(1, 6):
        alert(patient, number, policy_version=f"eih-{number}")
    with django_assert_max_num_queries(14) as many:
        client.get(URL, MARCH)

    assert len(one) == len(many)
