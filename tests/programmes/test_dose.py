"""Intensity by its basis, hints with source, and the gates of harder work."""

from datetime import date
from decimal import Decimal

import pytest

from apps.clinics.models import Patient
from apps.common.errors import WrongStateError
from apps.programmes import queries, services
from apps.programmes.entry import PhaseRequest, TemplateEntry
from apps.programmes.models import PhaseInForce, Programme, ProgrammeTemplate
from tests.factories.people import api_client, make_manager
from tests.factories.training import NOW

from .test_prescription import measured, prescribed, put

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B6")]

DAY = date(2026, 3, 2)
HEALTHY = {"beta_blocker": False, "pacemaker": False}


def intensity(
    gym,
    *,
    template="aerobic_start",
    weekdays=(0, 2, 4, 6),
    slug="cycle_ergometer",
    **facts,
):
    """Return how hard an exercise is meant to be for a patient with these facts."""
    Patient.objects.filter(pk=gym.patient.pk).update(**facts)
    programme = gym.enrol(template=template, weekdays=list(weekdays))
    programme = Programme.objects.select_related("patient__clinic", "template").get(
        pk=programme.pk
    )
    return prescribed(programme, slug).intensity


def with_phase(gym, **changes):
    """Return a template of the clinic's own whose first phase says something else."""
    services.load_templates()
    content = ProgrammeTemplate.objects.get(key="aerobic_start").content
    first, *others = content["phases"]
    kept = services.keep_template(
        entry=TemplateEntry(
            key="our_own",
            name="Our own",
            content=content | {"phases": [first | changes, *others]},
        ),
        clinic=gym.clinic,
        by=make_manager(gym.clinic),
        now=NOW,
    )
    return kept.template.key


def test_a_share_of_the_highest_heart_rate_names_its_formula(gym):
    # Born 1975, 51 in 2026: Tanaka 172.3; 60 and 65 % are 103.38 and 111.995.
    found = intensity(gym, **HEALTHY)

    assert found.target.text == "60-65 % of the highest heart rate"
    heart_rate = found.heart_rate
    assert (heart_rate.shown_low, heart_rate.shown_high) == (103, 112)
    assert heart_rate.highest.per_min == Decimal("172.3")
    assert heart_rate.highest.method == "tanaka"


def test_a_measured_highest_heart_rate_beats_the_formula(gym):
    heart_rate = intensity(gym, hr_max_measured=180, **HEALTHY).heart_rate

    assert heart_rate.highest.method == "measured"
    assert (heart_rate.shown_low, heart_rate.shown_high) == (108, 117)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"beta_blocker": True, "pacemaker": False}, "a beta-blocker keeps"),
        ({"beta_blocker": False, "pacemaker": True}, "a pacemaker sets"),
        ({"beta_blocker": None, "pacemaker": False}, "ask first about beta-blockers"),
    ],
)
def test_without_a_heart_rate_to_go_by_effort_guides(gym, facts, why):
    found = intensity(gym, **facts)

    assert found.heart_rate is None
    assert why in found.why_no_heart_rate
    # 60 % is light, 65 % is moderate: 9-11 and 12-13 on the scale of 6 to 20.
    low, high = found.effort
    assert (low.low, high.high) == (9, 13)


def test_the_reserve_needs_the_heart_rate_at_rest(gym):
    key = with_phase(gym, intensity={"basis": "hrr", "low_pct": 40, "high_pct": 60})

    found = intensity(gym, template=key, **HEALTHY)

    assert found.heart_rate is None
    assert "rest_per_min must be known" in found.why_no_heart_rate


def test_the_reserve_is_taken_from_rest(gym):
    key = with_phase(gym, intensity={"basis": "hrr", "low_pct": 40, "high_pct": 60})

    # Age 51, rest 72: 112.12 and 132.18.
    heart_rate = intensity(gym, template=key, hr_rest=72, **HEALTHY).heart_rate

    assert (heart_rate.shown_low, heart_rate.shown_high) == (112, 132)


@pytest.mark.parametrize("basis", ["vo2max", "watts"])
def test_another_basis_is_never_converted(gym, basis):
    key = with_phase(gym, intensity={"basis": basis, "low_pct": 50, "high_pct": 60})

    found = intensity(gym, template=key, **HEALTHY)

    assert (found.target.basis, found.heart_rate, found.effort) == (basis, None, None)
    assert "not converted" in found.why_no_heart_rate


def test_effort_stays_effort(gym):
    found = intensity(
        gym, template="mind_body", weekdays=(0, 3), slug="yoga", **HEALTHY
    )

    assert (found.target.basis, found.target.low) == ("rpe", Decimal(9))
    assert found.heart_rate is None


def test_a_child_of_a_wrong_year_gets_the_reason_and_no_number(gym):
    found = intensity(gym, birth_year=2020, **HEALTHY)

    assert found.heart_rate is None
    assert "age_years" in found.why_no_heart_rate


def test_a_shipped_prescription_gets_no_hint(gym):
    found = queries.prescription_on(programme=gym.enrol(), on=DAY)

    assert found.hints == ()
    assert {each.hints for each in found.exercises} == {()}


def test_a_dose_outside_of_the_evidence_gets_a_hint_with_its_source(gym):
    key = with_phase(
        gym,
        intensity={"basis": "hrmax", "low_pct": 45, "high_pct": 65},
        minutes=[20, 60],
        sessions_per_week=2,
    )
    programme = gym.enrol(template=key, weekdays=[0, 2, 4, 6])

    found = queries.prescription_on(programme=programme, on=DAY)

    [minutes] = found.hints
    assert (minutes.key, minutes.side) == ("aerobic_minutes", "above")
    assert minutes.source.startswith("Li et al. 2026")
    [exercise] = found.exercises
    assert [hint.key for hint in exercise.hints] == [
        "aerobic_start_hrmax",
        "aerobic_floor_hrmax",
    ]


def test_a_load_beyond_the_rule_gets_a_hint_and_one_by_the_rule_none(gym):
    programme = gym.enrol()
    measured(gym)
    put(gym, programme, "32.5")
    # 32.5 of 83 is 39.2 %: floored from 40 %, as the rule wants it.
    assert prescribed(programme, "leg_press").hints == ()

    put(gym, programme, "70")

    # 70 of 83 is 84.3 %.
    keys = [hint.key for hint in prescribed(programme, "leg_press").hints]
    assert keys == ["resistance_start_load", "resistance_load"]


@pytest.mark.parametrize(
    ("pem", "reason"), [(True, "PEM"), (None, "Ask first"), (False, "Fewer than 4")]
)
def test_intervals_wait_for_four_green_weeks(gym, pem, reason):
    Patient.objects.filter(pk=gym.patient.pk).update(pem=pem)

    with pytest.raises(WrongStateError, match=reason) as refused:
        gym.enrol(template="hiit", override_reason=None)

    assert refused.value.pointer == "/override_reason"
    assert "send override_reason" in refused.value.detail
    assert not Programme.objects.exists()


def test_a_therapist_may_start_intervals_with_a_reason(gym):
    programme = gym.enrol(template="hiit", override_reason="Runner for years")

    first = PhaseInForce.objects.get(programme=programme)
    assert first.override_reason == "Runner for years"
    # Once they have been started, the next phase of them has no gate.
    services.set_phase(
        programme_id=programme.public_id,
        entry=PhaseRequest(position=2, reason="Went well"),
        by=gym.therapist,
        now=programme.enrolled_at,
    )


def test_other_programmes_have_no_gate(gym):
    assert gym.enrol(override_reason=None).status == "active"


def test_the_refusal_is_a_409_that_names_the_field(gym):
    services.load_templates()
    gym.enrol(override_reason=None)
    other = type(gym)(gym.clinic, gym.therapist, gym.patient)
    Programme.objects.update(status="withdrawn", ended_on=DAY)

    answer = api_client(other.therapist).post(
        "/api/v1/programmes/",
        {
            "patient": str(gym.patient.public_id),
            "template": "hiit",
            "starts_on": "2026-03-09",
            "weekdays": [0, 3],
            "time": "10:00",
        },
        format="json",
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_explosive_work_opens_with_its_week(gym):
    programme = gym.enrol()

    before = queries.prescription_on(programme=programme, on=date(2026, 3, 29))
    after = queries.prescription_on(programme=programme, on=date(2026, 3, 30))

    assert before.explosive is None
    assert (after.explosive.level, after.explosive.is_open) == (1, True)


def test_explosive_work_is_closed_for_who_was_not_asked_about_pem(gym):
    Patient.objects.filter(pk=gym.patient.pk).update(pem=None)
    programme = gym.enrol()

    gate = queries.prescription_on(programme=programme, on=date(2026, 3, 30)).explosive

    assert gate.reasons == ("pem_unknown",)
