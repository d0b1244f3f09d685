"""Rules of a clinic: numbers and formulas that a manager changes by versions."""

import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from apps.audit.models import AuditEvent
from apps.clinical.adherence.policy import AdherencePolicy
from apps.clinical.progression.policy import LoadPolicy
from apps.clinics.models import Patient, ProposalDue
from apps.common import tenancy
from apps.programmes import queries
from apps.programmes.models import AdherenceDue, ClinicRules, Programme
from apps.programmes.rule_limits import ADHERENCE, LOAD
from docs.clinical.constants import marked_constants
from tests.factories.people import (
    api_client,
    make_assessor,
    make_clinic,
    make_manager,
    make_therapist,
)

from .test_prescription import prescribed

pytestmark = pytest.mark.django_db

RULES = "/api/v1/clinic-rules/"
VERSIONS = "/api/v1/clinic-rules/versions/"
SHIPPED_RULES = {
    "version": 0,
    "load_policy": {},
    "adherence_policy": {},
    "hrmax_formula": "tanaka",
    "beta_blocker_formula": False,
    "reason": "As we agreed.",
}


def decide(gym, *, by=None, **fields):
    client = api_client(by or make_manager(gym.clinic))
    return client.post(RULES, SHIPPED_RULES | fields, format="json")


def stored(gym) -> list[ClinicRules]:
    tenancy.enter_clinics([gym.clinic.pk])
    return list(ClinicRules.objects.filter(clinic=gym.clinic).order_by("version"))


def faults(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.json()
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


def number(answer, name, *, of="load_policy") -> dict:
    return next(each for each in answer.json()[of] if each["name"] == name)


def test_before_any_decision_everything_is_as_shipped(gym):
    answer = api_client(gym.therapist).get(RULES)

    assert answer.status_code == 200
    assert (answer.json()["version"], answer.json()["set_by"]) == (0, None)
    values = {each["name"]: each["value"] for each in answer.json()["load_policy"]}
    assert values == LoadPolicy().to_mapping()
    shares = {each["name"]: each["value"] for each in answer.json()["adherence_policy"]}
    assert shares == AdherencePolicy().to_mapping()
    assert number(answer, "green_from_pct", of="adherence_policy") == {
        "name": "green_from_pct",
        "value": 80,
        "shipped": 80,
        "unit": "%",
        "mark": "D",
        "least": 50,
        "most": 100,
    }
    assert answer.json()["hrmax_formula"]["value"] == "tanaka"
    assert answer.json()["beta_blocker_formula"]["value"] is False
    assert number(answer, "raise_max_pct") == {
        "name": "raise_max_pct",
        "value": 10,
        "shipped": 10,
        "unit": "%",
        "mark": "O:23",
        "least": 2,
        "most": 10,
    }


@pytest.mark.parametrize(
    ("table", "module"),
    [(LOAD, "progression.policy"), (ADHERENCE, "adherence.policy")],
)
def test_every_number_has_limits_around_the_shipped_one_and_the_mark_of_the_core(
    table, module
):
    marks = {
        key.rpartition(".")[2]: constant.marks
        for key, constant in marked_constants().items()
        if constant.module == module
    }

    assert list(table.limits) == list(table.shipped)
    for name, limits in table.limits.items():
        assert limits.least <= table.shipped[name] <= limits.most
        assert marks[name] == (limits.mark,)


def test_a_manager_decides_and_everybody_who_works_there_reads_it(gym):
    manager = make_manager(gym.clinic)

    answer = decide(gym, by=manager, load_policy={"settled_below_mm": 8})

    assert answer.status_code == 200
    assert answer.json() == api_client(gym.therapist).get(RULES).json()
    settled = number(answer, "settled_below_mm")
    assert (settled["value"], settled["shipped"]) == (8, 10)
    assert answer.json()["set_by"] == str(manager.public_id)
    (row,) = stored(gym)
    assert (row.version, row.load_policy) == (1, {"settled_below_mm": 8})
    event = AuditEvent.objects.get(action="clinic_rules.decide")
    assert event.detail == {"version": 1, "changed": ["settled_below_mm"]}


def test_a_number_as_it_is_shipped_is_no_change_of_the_clinic(gym):
    decide(gym, load_policy={"settled_below_mm": 10, "reps_first": 5})

    assert stored(gym)[0].load_policy == {"reps_first": 5}


def test_earlier_versions_stay_to_be_read(gym):
    decide(gym, load_policy={"reps_first": 5}, reason="First.")
    decide(gym, version=1, hrmax_formula="fox", reason="Second.")

    found = api_client(gym.therapist).get(VERSIONS).json()["results"]

    told = [(each["version"], each["reason"]) for each in found]
    assert told == [(2, "Second."), (1, "First.")]
    assert [each["hrmax_formula"]["value"] for each in found] == ["fox", "tanaka"]
    reps = [{r["name"]: r["value"] for r in each["load_policy"]} for each in found]
    assert [each["reps_first"] for each in reps] == [4, 5]


def test_a_stored_version_is_never_rewritten(gym):
    decide(gym, load_policy={"reps_first": 5})
    (row,) = stored(gym)

    for change in (lambda: stored_again(row), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()

    assert stored(gym)[0].reason == "As we agreed."


def stored_again(row):
    row.reason = "Otherwise."
    row.save()


@pytest.mark.parametrize("version", [0, 2])
def test_who_read_another_version_is_told_so(gym, version):
    decide(gym, hrmax_formula="fox")

    answer = decide(gym, version=version, hrmax_formula="gellish")

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert [each.hrmax_formula for each in stored(gym)] == ["fox"]


def test_a_decision_sent_twice_is_one(gym):
    manager = make_manager(gym.clinic)
    body = {"hrmax_formula": "fox", "change_id": str(uuid.uuid4())}

    first, again = (decide(gym, by=manager, **body) for _ in range(2))
    other = decide(gym, by=manager, **body | {"hrmax_formula": "gellish"})

    assert (first.status_code, first.json()) == (200, again.json())
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    assert len(stored(gym)) == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"setled_below_mm": 9}, ("/load_policy/setled_below_mm", "unknown_field")),
        ({"settled_below_mm": "9"}, ("/load_policy/settled_below_mm", "invalid")),
        ({"settled_below_mm": True}, ("/load_policy/settled_below_mm", "invalid")),
        ({"settled_below_mm": 0}, ("/load_policy/settled_below_mm", "min_value")),
        ({"settled_below_mm": 21}, ("/load_policy/settled_below_mm", "max_value")),
        ({"raise_max_pct": 11}, ("/load_policy/raise_max_pct", "max_value")),
        ({"over_target_reps": 1}, ("/load_policy/over_target_reps", "min_value")),
        (
            {"systolic_up_to_mmhg": 161},
            ("/load_policy/systolic_up_to_mmhg", "max_value"),
        ),
        # On the bound: green up to 20 needs amber above 20.
        (
            {"rise_green_up_to_mm": 20},
            ("/load_policy/rise_green_up_to_mm", "wrong_order"),
        ),
        (
            {"restart_after_days": 15},
            ("/load_policy/restart_after_days", "wrong_order"),
        ),
    ],
)
def test_a_number_that_cannot_be_is_refused_where_it_stands(gym, changes, fault):
    answer = decide(gym, load_policy=changes)

    assert faults(answer) == [fault]
    assert stored(gym) == []


@pytest.mark.requirement("G1")
@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("gren_from_pct", 85, "unknown_field"),
        # A number of the other table is none of this one.
        ("settled_below_mm", 9, "unknown_field"),
        ("green_from_pct", "85", "invalid"),
        ("green_from_pct", 85.5, "invalid"),
        ("green_from_pct", 49, "min_value"),
        ("green_from_pct", 101, "max_value"),
        ("green_from_pct", 60, "wrong_order"),
        ("amber_from_pct", 80, "wrong_order"),
        ("low_dose_below_pct", 80, "wrong_order"),
        ("judged_from_due", 1, "min_value"),
        ("alert_from_misses", 1, "min_value"),
        ("alert_from_misses", 7, "max_value"),
        ("dropped_out_after_days", 6, "min_value"),
        ("dropped_out_after_days", 366, "max_value"),
    ],
)
def test_a_cut_off_of_adherence_that_cannot_be_is_refused(gym, name, value, code):
    answer = decide(gym, adherence_policy={name: value})

    assert faults(answer) == [(f"/adherence_policy/{name}", code)]
    assert stored(gym) == []


@pytest.mark.requirement("G1")
@pytest.mark.parametrize(
    "changes",
    [
        {"green_from_pct": 61},
        {"amber_from_pct": 79},
        {"green_from_pct": 50, "amber_from_pct": 20},
        {"dropped_out_after_days": 7},
        {"dropped_out_after_days": 365},
    ],
)
def test_a_cut_off_on_its_bound_can_be(gym, changes):
    answer = decide(gym, adherence_policy=changes)

    assert answer.status_code == 200
    assert stored(gym)[0].adherence_policy == changes
    told = {each["name"]: each["value"] for each in answer.json()["adherence_policy"]}
    assert told == AdherencePolicy().to_mapping() | changes
    event = AuditEvent.objects.get(action="clinic_rules.decide")
    assert event.detail["version"] == 1
    assert set(event.detail["changed"]) == set(changes)


@pytest.mark.requirement("G1")
def test_everybody_is_due_where_a_cut_off_of_adherence_changed_and_only_then(gym):
    gym.enrol()
    mine = AdherenceDue.objects.filter(patient=gym.patient)
    mine.delete()
    ProposalDue.objects.filter(patient=gym.patient).delete()

    decide(gym, load_policy={"reps_first": 5})
    assert not mine.exists()

    ProposalDue.objects.filter(patient=gym.patient).delete()
    decide(
        gym,
        version=1,
        load_policy={"reps_first": 5},
        adherence_policy={"green_from_pct": 90},
    )
    assert mine.exists()
    assert not ProposalDue.objects.filter(patient=gym.patient).exists()


def test_both_of_a_pair_can_be_changed_together(gym):
    both = {"rise_green_up_to_mm": 20, "rise_amber_up_to_mm": 21}

    assert decide(gym, load_policy=both).status_code == 200


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"hrmax_formula": "beta_blocker"}, ("/hrmax_formula", "invalid_choice")),
        ({"beta_blocker_formula": "yes"}, ("/beta_blocker_formula", "invalid")),
        ({"reason": " "}, ("/reason", "required")),
        ({}, ("", "no_change")),
    ],
)
def test_other_impossible_rules_are_refused(gym, fields, fault):
    assert faults(decide(gym, **fields)) == [fault]
    assert stored(gym) == []


def test_nobody_but_a_manager_of_the_clinic_decides(gym):
    elsewhere = make_clinic()
    people = (
        gym.therapist,
        make_assessor(gym.clinic),
        make_therapist(elsewhere),
    )

    for person in people:
        assert decide(gym, by=person, hrmax_formula="fox").status_code == 403

    assert stored(gym) == []


def test_what_another_clinic_decides_is_its_own(gym):
    elsewhere = make_manager(make_clinic())

    assert decide(gym, by=elsewhere, hrmax_formula="fox").status_code == 200

    assert api_client(gym.therapist).get(RULES).json()["version"] == 0
    assert stored(gym) == []


def test_an_assessor_does_not_read_them(gym):
    client = api_client(make_assessor(gym.clinic))

    assert [client.get(path).status_code for path in (RULES, VERSIONS)] == [403, 403]


def test_who_trains_is_due_where_numbers_of_the_load_table_changed(gym):
    gym.enrol()
    ProposalDue.objects.filter(patient=gym.patient).delete()

    decide(gym, hrmax_formula="fox")
    assert not ProposalDue.objects.filter(patient=gym.patient).exists()

    decide(gym, version=1, load_policy={"reps_first": 5}, hrmax_formula="fox")
    assert ProposalDue.objects.filter(patient=gym.patient).exists()


# Heart rate: born 1975, so 51 in 2026; 60 and 65 % of the highest.


def heart_rate(gym, **facts):
    facts = {"beta_blocker": False, "pacemaker": False} | facts
    Patient.objects.filter(pk=gym.patient.pk).update(**facts)
    programme = Programme.objects.select_related("patient__clinic", "template").get(
        pk=gym.enrol(template="aerobic_start", weekdays=[0, 2, 4, 6]).pk
    )
    return programme, prescribed(programme, "cycle_ergometer").intensity


@pytest.mark.requirement("B6")
@pytest.mark.parametrize(
    ("formula", "highest", "text", "low", "high"),
    [
        # 220 - 51 = 169: 101.4 and 109.85.
        ("fox", "169", "220 - age", 101, 110),
        # 208 - 35.7 = 172.3: 103.38 and 111.995.
        ("tanaka", "172.3", "208 - 0.7 * age", 103, 112),
        # 206.9 - 34.17 = 172.73: 103.638 and 112.2745.
        ("gellish", "172.73", "206.9 - 0.67 * age", 104, 112),
    ],
)
def test_the_prescription_follows_the_formula_of_the_clinic_and_names_it(
    gym, formula, highest, text, low, high
):
    # Version 1 makes the shipped formula one that was decided for again.
    decide(gym, hrmax_formula="gellish" if formula != "gellish" else "fox")
    decide(gym, version=1, hrmax_formula=formula)

    programme, found = heart_rate(gym)

    assert found.heart_rate.highest.per_min == Decimal(highest)
    path = f"/api/v1/programmes/{programme.public_id}/prescription/?on=2026-03-02"
    answer = api_client(gym.therapist).get(path).json()
    assert answer["rules_version"] == 2
    (told,) = [
        each["intensity"]["heart_rate"]
        for each in answer["exercises"]
        if each["intensity"] and each["intensity"]["heart_rate"]
    ][:1]
    assert (told["low_per_min"], told["high_per_min"]) == (low, high)
    assert (told["method"], told["highest_formula"]) == (formula, text)
    assert told["highest_per_min"] == highest


@pytest.mark.requirement("B6")
def test_the_formula_for_beta_blockers_is_used_once_it_is_switched_on(gym):
    decide(gym, beta_blocker_formula=True)

    _, found = heart_rate(gym, beta_blocker=True)

    # 164 - 35.7 = 128.3: 76.98 and 83.395.
    assert found.heart_rate.highest.per_min == Decimal("128.3")
    assert found.heart_rate.highest.method == "beta_blocker"
    assert (found.heart_rate.shown_low, found.heart_rate.shown_high) == (77, 83)


@pytest.mark.requirement("B6")
def test_a_pacemaker_is_never_overruled(gym):
    decide(gym, beta_blocker_formula=True)

    _, found = heart_rate(gym, pacemaker=True)

    assert found.heart_rate is None
    assert "a pacemaker sets" in found.why_no_heart_rate


def test_the_rules_of_a_clinic_take_one_query(gym, django_assert_num_queries):
    decide(gym, hrmax_formula="fox")
    tenancy.enter_clinics([gym.clinic.pk])

    with django_assert_num_queries(1):
        queries.rules_of(gym.clinic.pk)
