"""The cut-offs of adherence: what they refuse, and that judgements follow them."""

from dataclasses import replace
from fractions import Fraction

import pytest

from apps.clinical.adherence import sentences
from apps.clinical.adherence.course import (
    DropOut,
    Light,
    adherence_of,
    drop_out_of,
    light_of,
    reasons_to_alert,
    silent_from,
)
from apps.clinical.adherence.figures import Share
from apps.clinical.adherence.policy import SHIPPED, AdherencePolicy
from apps.clinical.errors import ClinicalInputError

from .adherence_builders import at, course, figures, session, slots

pytestmark = pytest.mark.requirement("G1")


def test_what_is_shipped_is_what_the_clinical_text_says():
    assert SHIPPED.to_mapping() == {
        "green_from_pct": 80,
        "amber_from_pct": 60,
        "judged_from_due": 4,
        "alert_from_misses": 2,
        "comes_from_pct": 80,
        "low_dose_below_pct": 60,
        "dropped_out_after_days": 28,
    }


@pytest.mark.parametrize("name", list(SHIPPED.to_mapping()))
@pytest.mark.parametrize("value", [0, -1, 2.5, "3", None, True])
def test_a_cut_off_is_a_whole_number_above_0(name, value):
    with pytest.raises(ClinicalInputError, match=f"{name} must be a whole number"):
        AdherencePolicy(**{name: value})


@pytest.mark.parametrize("name", ["green_from_pct", "comes_from_pct"])
def test_a_share_is_at_most_all(name):
    assert getattr(AdherencePolicy(**{name: 100}), name) == 100
    with pytest.raises(ClinicalInputError, match=f"{name} must be at most 100"):
        AdherencePolicy(**{name: 101})


@pytest.mark.parametrize(
    ("lower", "upper"),
    [("amber_from_pct", "green_from_pct"), ("low_dose_below_pct", "comes_from_pct")],
)
def test_pairs_must_rise(lower, upper):
    assert AdherencePolicy(**{lower: 69, upper: 70})
    with pytest.raises(ClinicalInputError, match=f"{lower} must be below {upper}"):
        AdherencePolicy(**{lower: 70, upper: 70})


STRICT = AdherencePolicy(green_from_pct=90, amber_from_pct=75)


@pytest.mark.parametrize(
    ("attended", "light"),
    [
        (90, Light.GREEN),
        (89, Light.AMBER),
        (75, Light.AMBER),
        (74, Light.RED),
    ],
)
def test_the_light_follows_the_shares_of_the_policy(attended, light):
    found = figures(attended, 100 - attended)

    assert light_of(found, policy=STRICT) == light
    reasons = reasons_to_alert(found, misses=0, policy=STRICT)
    assert ("low_adherence" in reasons) == (light == Light.RED)


def test_a_course_is_judged_by_the_policy():
    # Two slots a week; in the last four weeks 7 of 8 were attended.
    attended = tuple(session(number, of=number) for number in range(1, 8))
    taken = course(slots=slots(8), sessions=attended)
    now = at(28)

    found = adherence_of(taken, now=now, policy=SHIPPED)
    stricter = adherence_of(
        taken, now=now, policy=AdherencePolicy(green_from_pct=90, alert_from_misses=1)
    )

    assert (found.light, found.reasons) == (Light.GREEN, ())
    assert (stricter.light, stricter.reasons) == (Light.AMBER, ("missed_sessions",))


def test_every_cut_off_that_is_no_share_may_be_1():
    for name in SHIPPED.to_mapping():
        if not name.endswith("_pct"):
            assert getattr(AdherencePolicy(**{name: 1}), name) == 1


@pytest.mark.parametrize(("due", "is_early"), [(5, True), (6, False)])
def test_nothing_is_said_before_so_many_are_due(due, is_early):
    policy = AdherencePolicy(judged_from_due=6)
    found = figures(due)

    assert (light_of(found, policy=policy) == Light.TOO_EARLY) == is_early
    told = [one.key for one in sentences.for_therapist(found, policy=policy)]
    assert ("adherence.therapist.too_early" in told) == is_early


def test_the_sentence_names_how_many_the_policy_asks_for():
    told = sentences.for_therapist(
        figures(5), policy=AdherencePolicy(judged_from_due=6)
    )

    assert told[-1].text.startswith("5 of the 6 due sessions")


@pytest.mark.parametrize(("misses", "tells"), [(2, False), (3, True)])
def test_misses_are_told_from_the_row_of_the_policy(misses, tells):
    policy = AdherencePolicy(alert_from_misses=3)

    reasons = reasons_to_alert(figures(), misses=misses, policy=policy)

    assert reasons == (("missed_sessions",) if tells else ())


@pytest.mark.parametrize(
    ("attended", "dose", "tells"),
    [
        (70, Fraction(49, 100), True),
        (70, Fraction(50, 100), False),
        (69, Fraction(49, 100), False),
    ],
)
def test_a_low_dose_goes_by_both_shares_of_the_policy(attended, dose, tells):
    policy = AdherencePolicy(comes_from_pct=70, low_dose_below_pct=50)
    found = figures(attended, 100 - attended, dose=Fraction(1), planned_sets=1)
    found = replace(found, dose=Share(part=dose, whole=Fraction(1)))

    reasons = reasons_to_alert(found, misses=0, policy=policy)

    assert ("low_dose" in reasons) == tells


@pytest.mark.parametrize(("day", "drop_out"), [(13, None), (14, DropOut.SILENT)])
def test_drop_out_goes_by_the_days_of_the_policy(day, drop_out):
    policy = AdherencePolicy(dropped_out_after_days=14)

    assert drop_out_of(course(), now=at(day), policy=policy) == drop_out
    assert adherence_of(course(), now=at(day), policy=policy).drop_out == drop_out
    assert silent_from(course(), now=at(0), policy=policy) == at(14, 0)


def test_figures_do_not_depend_on_the_policy():
    one = course(slots=slots(8), sessions=(session(1, of=1), session(2, of=2)))

    plain = adherence_of(one, now=at(26))
    strict = adherence_of(one, now=at(26), policy=STRICT)

    assert (plain.windows, plain.periods) == (strict.windows, strict.periods)
