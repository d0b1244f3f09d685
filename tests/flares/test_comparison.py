"""What differs between two policies, on judgements written by hand."""

from datetime import date, timedelta

import pytest

from apps.clinical.flare.inputs import Family
from apps.clinical.flare.verdicts import AlertState, AlertStep, Kind, Severity
from apps.flares.comparison import JudgedAlert, added, counts_of

pytestmark = pytest.mark.requirement("F4")
FIRST = date(2026, 3, 2)
DAYS = {f"s{n}": FIRST + timedelta(days=3 * (n - 1)) for n in range(1, 9)}


class Verdict:
    def __init__(self, session_key):
        self.session_key = session_key


class Judged:
    """A judgement of eight sessions with these alerts."""

    def __init__(self, *alerts):
        self.verdicts = [Verdict(key) for key in DAYS]
        self.alerts = alerts


def flare(*keys, kind=Kind.ACUTE_FLARE, raised=()):
    steps = [AlertStep(session_key=keys[0], kind=kind, severity=Severity.MODERATE)]
    steps += [
        AlertStep(session_key=key, kind=to, severity=Severity.HIGH)
        for key, to in raised
    ]
    return AlertState(
        family=Family.FLARE,
        opened_by=keys[0],
        generation=1,
        kind=steps[-1].kind,
        severity=steps[-1].severity,
        raised_by=tuple(steps),
        session_keys=keys,
        is_open=True,
        closed_by=None,
        closed_in=None,
        ref_start_mm=50.0,
    )


def compared(in_force, replayed, *, days=DAYS, judged=()):
    return counts_of(in_force=in_force, replayed=replayed, days=days, judged=judged)


def acute(in_force, replayed, **options):
    counts = compared(in_force, replayed, **options)["rules"]["acute_flare"]
    return {name: count for name, count in counts.items() if count}


def test_a_patient_counts_from_the_first_to_the_last_session():
    counts = compared(Judged(), Judged())

    # 2 to 23 March, both included.
    assert (counts["patients"], counts["sessions"], counts["days"]) == (1, 8, 22)


def test_a_patient_without_sessions_in_these_days_counts_as_a_patient_alone():
    assert compared(Judged(flare("s1")), Judged(), days={}) == {"patients": 1}


def test_the_same_alert_is_unchanged():
    both = Judged(flare("s2", "s3"))

    assert acute(both, both) == {"in_force": 1, "replayed": 1, "unchanged": 1}


def test_an_alert_that_shares_a_session_has_moved():
    early, late = Judged(flare("s2", "s3", "s4")), Judged(flare("s4", "s5"))

    assert acute(early, late) == {
        "in_force": 1,
        "replayed": 1,
        "later": 1,
        "sessions_later": 2,
    }
    assert acute(late, early) == {
        "in_force": 1,
        "replayed": 1,
        "earlier": 1,
        "sessions_earlier": 2,
    }


def test_an_alert_that_shares_none_is_new_and_the_other_one_lost():
    assert acute(Judged(flare("s1", "s2")), Judged(flare("s5"))) == {
        "in_force": 1,
        "replayed": 1,
        "new": 1,
        "lost": 1,
    }


def test_of_several_the_nearest_is_the_same():
    one = Judged(flare("s2", "s3", "s4", "s5"))
    two = Judged(flare("s5"), flare("s3", "s4"))

    assert acute(one, two) == {
        "in_force": 1,
        "replayed": 2,
        "later": 1,
        "sessions_later": 1,
        "new": 1,
    }


def test_an_alert_counts_under_each_kind_that_it_rose_to_and_once():
    raised = flare(
        "s1",
        "s2",
        "s3",
        kind=Kind.POSSIBLE_FLARE,
        raised=[("s2", Kind.ACUTE_FLARE), ("s3", Kind.ACUTE_FLARE)],
    )

    rules = compared(Judged(raised), Judged())["rules"]

    assert {kind: each["lost"] for kind, each in rules.items() if each["lost"]} == {
        "possible_flare": 1,
        "acute_flare": 1,
    }


def test_an_alert_of_a_day_that_is_not_asked_about_does_not_count():
    late = {key: day for key, day in DAYS.items() if key >= "s4"}

    assert acute(Judged(flare("s3", "s4")), Judged(), days=late) == {}


def judged_alert(kind=Kind.ACUTE_FLARE, *, family=Family.FLARE):
    return JudgedAlert(
        family=family,
        kind=kind,
        told_in="s2",
        session_keys=frozenset({"s2", "s3"}),
        judgement="false_alarm",
    )


@pytest.mark.parametrize(
    ("replayed", "found"),
    [
        (flare("s3"), 1),
        (flare("s3", kind=Kind.SUSTAINED_FLARE), 1),
        (flare("s3", kind=Kind.POSSIBLE_FLARE), 0),
        (flare("s4"), 0),
    ],
)
def test_a_judged_alert_stays_if_something_as_grave_is_told_of_its_sessions(
    replayed, found
):
    counts = compared(
        Judged(flare("s2", "s3")), Judged(replayed), judged=[judged_alert()]
    )

    assert counts["judged"] == {
        "false_alarm": {"alerts": 1, "in_force": 1, "replayed": found}
    }


def test_a_judged_alert_is_not_found_by_one_of_another_family():
    trend = judged_alert(Kind.RISING_PAIN, family=Family.TREND)

    counts = compared(Judged(), Judged(flare("s2")), judged=[trend])

    assert counts["judged"]["false_alarm"] == {
        "alerts": 1,
        "in_force": 0,
        "replayed": 0,
    }


def test_added_counts_do_not_depend_on_the_order_of_patients():
    one = {"patients": 1, "rules": {"a": {"new": 2}}}
    two = {"patients": 1, "days": 3, "rules": {"a": {"new": 1}, "b": {"new": 1}}}

    assert added(one, two) == added(two, one)
    assert added(one, two) == {
        "patients": 2,
        "days": 3,
        "rules": {"a": {"new": 3}, "b": {"new": 1}},
    }
