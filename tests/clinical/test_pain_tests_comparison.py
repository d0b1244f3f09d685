"""Two visits side by side: differences, what does not compare, what to know first."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.clinical.pain_tests.comparison import (
    CpmProcedure,
    VisitResults,
    compare,
)
from apps.clinical.pain_tests.cpm import ConditioningKind, StimulusKind, Timing
from apps.clinical.pain_tests.ppt import SITES, Region, Side, Site
from apps.clinical.pain_tests.remarks import Measure

pytestmark = pytest.mark.requirement("K1")

BEFORE_KPA = (182, 190, 166, 171, 240, 233, 155, 163)
WAY = CpmProcedure(
    stimulus=StimulusKind.THRESHOLD,
    site=Site(region=Region.GLUTEAL, side=Side.LEFT),
    timing=Timing.DURING,
    conditioning=ConditioningKind.COLD_WATER,
    temperature_c=7.5,
    pressure_kpa=None,
)
NOTHING = VisitResults(
    device="Algometer 3",
    ppt_by_site_kpa={},
    mvc_n=None,
    eih_score=None,
    p50_kpa=None,
    p50_degree=None,
    cpm_percent=None,
    cpm=None,
    marked=frozenset(),
)


def thresholds(values_kpa):
    return dict(zip(SITES, values_kpa, strict=False))


def only(earlier, later):
    (change,) = compare(earlier=earlier, later=later)
    return change


def visit(**measured):
    return replace(NOTHING, **measured)


def keys(remarks):
    return [one.key for one in remarks]


def test_thresholds_compare_over_the_sites_of_both():
    earlier = visit(ppt_by_site_kpa=thresholds(BEFORE_KPA))
    # The last site is missing; each other one is 15 kPa higher.
    later = visit(ppt_by_site_kpa=thresholds(kpa + 15 for kpa in BEFORE_KPA[:7]))

    change = only(earlier, later)

    assert change.measure == Measure.PPT_AVERAGE
    assert change.difference == pytest.approx(15)
    # 15 of the mean of the seven, 1337 / 7 = 191 kPa.
    assert change.percent == pytest.approx(7.853403, abs=1e-6)
    assert (change.refusals, change.cautions) == ((), ())


def test_thresholds_of_six_common_sites_are_refused_with_the_reason():
    earlier = visit(ppt_by_site_kpa=thresholds(BEFORE_KPA))
    later = visit(ppt_by_site_kpa=thresholds(BEFORE_KPA[:6]))

    change = only(earlier, later)

    assert change.measure == Measure.PPT_AVERAGE
    assert (change.difference, change.percent) == (None, None)
    (refusal,) = change.refusals
    assert refusal.where == "ppt_average_kpa"
    assert refusal.reason == (
        "Both visits have 6 sites in common. Sites differ by nature, so averages "
        "compare over at least 7. Measure all sites at the next visit."
    )


def test_a_force_and_a_pressure_are_told_with_their_percentage():
    changes = compare(
        earlier=visit(mvc_n=320.0, p50_kpa=250.0, p50_degree=2),
        later=visit(mvc_n=336.0, p50_kpa=225.0, p50_degree=2),
    )

    told = [(one.measure, one.difference, one.percent) for one in changes]
    assert told == [(Measure.MVC, 16.0, 5.0), (Measure.P50, -25.0, -10.0)]


def test_a_p50_of_0_has_a_difference_and_no_percentage():
    change = only(visit(p50_kpa=0.0, p50_degree=2), visit(p50_kpa=20.0, p50_degree=2))

    assert change.measure == Measure.P50
    assert (change.difference, change.percent) == (20.0, None)
    (caution,) = change.cautions
    assert caution.key == "comparison.nothing_to_share"
    assert (caution.where, caution.params) == ("p50_kpa", {})


def test_p50_of_another_degree_does_not_compare():
    change = only(
        visit(p50_kpa=294.04, p50_degree=1), visit(p50_kpa=293.75, p50_degree=2)
    )

    assert (change.measure, change.difference) == (Measure.P50, None)
    assert keys(change.refusals) == ["comparison.other_degree"]
    assert change.refusals[0].where == "p50_kpa"
    assert dict(change.refusals[0].params) == {"earlier": "1", "later": "2"}


def test_a_score_is_told_as_a_difference_of_shares_and_as_noisy():
    change = only(visit(eih_score=-0.1317), visit(eih_score=0.1132))

    assert change.difference == pytest.approx(0.2449)
    assert (change.measure, change.percent) == (Measure.EIH_SCORE, None)
    (caution,) = change.cautions
    assert caution.key == "comparison.noisy"
    assert (caution.where, caution.params) == ("eih_score", {})


def test_cpm_done_in_the_same_way_compares():
    change = only(visit(cpm_percent=14.0, cpm=WAY), visit(cpm_percent=10.5, cpm=WAY))

    assert (change.difference, change.percent) == (-3.5, None)
    assert keys(change.cautions) == ["comparison.noisy"]


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"stimulus": StimulusKind.RATING}, "The test stimulus"),
        ({"site": None}, "The site of the test stimulus"),
        ({"timing": Timing.AFTER}, "When the second value was taken"),
        ({"conditioning": ConditioningKind.CUFF}, "The conditioning"),
        ({"temperature_c": 8.0}, "The temperature of the conditioning"),
        ({"pressure_kpa": 20.0}, "The pressure of the conditioning"),
    ],
)
def test_cpm_done_in_another_way_does_not_compare(other, what):
    change = only(
        visit(cpm_percent=14.0, cpm=WAY),
        visit(cpm_percent=10.5, cpm=replace(WAY, **other)),
    )

    assert (change.measure, change.difference) == (Measure.CPM, None)
    assert change.refusals[0].params == {"what": what}
    assert change.refusals[0].where == "cpm_percent"


@pytest.mark.parametrize("ways", [(None, WAY), (WAY, None)])
def test_cpm_of_which_nobody_told_the_way_does_not_compare(ways):
    earlier, later = (visit(cpm_percent=14.0, cpm=way) for way in ways)

    change = only(earlier, later)

    assert keys(change.refusals) == ["comparison.other_procedure"]
    assert change.refusals[0].params == {"what": "The test stimulus"}


@pytest.mark.parametrize("device", ["", "Algometer 4"])
def test_another_or_an_unknown_device_is_a_caution(device):
    change = only(visit(mvc_n=320.0), visit(mvc_n=336.0, device=device))

    assert change.difference == 16.0
    assert keys(change.cautions) == ["comparison.other_device"]


def test_two_unknown_devices_are_not_the_same():
    change = only(visit(mvc_n=320.0, device=""), visit(mvc_n=336.0, device=""))

    assert keys(change.cautions) == ["comparison.other_device"]


@pytest.mark.parametrize("which", ["earlier", "later"])
def test_a_mark_at_either_visit_is_a_caution_for_its_measure_alone(which):
    visits = {name: visit(mvc_n=320.0, eih_score=0.1) for name in ("earlier", "later")}
    visits[which] = replace(visits[which], marked=frozenset({Measure.MVC}))

    force, score = compare(**visits)

    assert keys(force.cautions) == ["comparison.marked"]
    assert keys(score.cautions) == ["comparison.noisy"]


def test_what_one_visit_lacks_is_not_told():
    full = visit(
        ppt_by_site_kpa=thresholds(BEFORE_KPA),
        mvc_n=320.0,
        eih_score=0.1,
        p50_kpa=250.0,
        p50_degree=2,
        cpm_percent=14.0,
        cpm=WAY,
    )

    assert compare(earlier=full, later=NOTHING) == ()
    assert compare(earlier=NOTHING, later=full) == ()
    assert [one.measure for one in compare(earlier=full, later=full)] == [
        Measure.PPT_AVERAGE,
        Measure.MVC,
        Measure.EIH_SCORE,
        Measure.P50,
        Measure.CPM,
    ]


@given(
    before=st.floats(min_value=1, max_value=2000),
    after=st.floats(min_value=1, max_value=2000),
)
def test_there_and_back_are_opposite(before, after):
    there = only(visit(mvc_n=before), visit(mvc_n=after))
    back = only(visit(mvc_n=after), visit(mvc_n=before))

    assert there.difference == -back.difference
    assert (there.percent > 0) == (after > before)
