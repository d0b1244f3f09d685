"""PPT: eight sites, missing ones, repeats and two visits."""

import math

import pytest

from apps.clinical.errors import ClinicalInputError
from apps.clinical.pain_tests import ppt
from apps.clinical.pain_tests.ppt import (
    SITES,
    PptReading,
    Region,
    Side,
    Site,
    ppt_change,
    ppt_result,
)

pytestmark = pytest.mark.requirement("K1")

VECTOR_KPA = (182, 190, 166, 171, 240, 233, 155, 163)


def reading(site, kpa, repeat=1):
    return PptReading(region=site.region, side=site.side, kpa=kpa, repeat=repeat)


def visit(values):
    return ppt_result(
        reading(site, kpa) for site, kpa in zip(SITES, values, strict=False)
    )


def site(region, side):
    return Site(region=Region(region), side=Side(side))


def test_the_sites_are_four_regions_on_both_sides_in_the_order_of_the_text():
    assert [one.words for one in SITES] == [
        "left supraspinatus",
        "right supraspinatus",
        "left lateral epicondyle",
        "right lateral epicondyle",
        "left gluteal",
        "right gluteal",
        "left inner knee",
        "right inner knee",
    ]


def test_the_procedure_is_told_in_numbers():
    assert (ppt.PROBE_CM2, ppt.RATE_KPA_PER_S, ppt.SITES_MIN) == (1, 50, 7)
    assert pytest.approx(2.7718585) == ppt.REPEATABILITY_FACTOR


def test_the_average_of_the_vector():
    result = visit(VECTOR_KPA)

    assert result.average_kpa == 187.5
    assert list(result.by_site_kpa.items()) == list(zip(SITES, VECTOR_KPA, strict=True))
    assert result.missing == ()
    assert result.refusals == ()
    assert result.deviations == ()
    assert result.repeatability is None


def test_seven_sites_give_an_average_that_is_marked():
    result = visit(VECTOR_KPA[:7])

    assert result.average_kpa == 191.0
    assert result.missing == (site("inner_knee", "right"),)
    assert result.refusals == ()
    (mark,) = result.deviations
    assert (mark.measure, mark.where) == ("ppt_average_kpa", "ppt")
    assert mark.key == "ppt_average_kpa.sites_missing"
    assert mark.reason == (
        "The average stands on 7 of 8 sites; missing: right inner knee. Compare it "
        "with other visits by the sites that both have."
    )


def test_six_sites_give_no_average_and_say_why():
    values = (182, None, 166, 171, 240, 233, None, 163)

    result = visit(values)

    assert result.average_kpa is None
    assert len(result.by_site_kpa) == 6
    assert result.deviations == ()
    (refusal,) = result.refusals
    assert (refusal.measure, refusal.where) == ("ppt_average_kpa", "ppt")
    assert refusal.key == "ppt_average_kpa.too_few_sites"
    assert refusal.params == {
        "present": 6,
        "sites": 8,
        "missing": "right supraspinatus, left inner knee",
        "minimum": 7,
    }
    assert refusal.reason == (
        "6 of 8 sites have a threshold; missing: right supraspinatus, left inner "
        "knee. An average needs at least 7. Measure the missing sites at this visit."
    )


def test_no_reading_gives_no_average_and_no_zero():
    result = ppt_result([])

    assert result.average_kpa is None
    assert result.by_site_kpa == {}
    assert result.missing == SITES
    assert result.refusals[0].params["present"] == 0


def test_a_site_is_the_mean_of_its_repeats():
    readings = [reading(one, 200) for one in SITES]
    readings += [reading(SITES[0], 230, 2), reading(SITES[0], None, 3)]

    result = ppt_result(readings)

    assert result.by_site_kpa[SITES[0]] == 215
    assert result.average_kpa == 201.875


def test_repeatability_of_two_sites_by_hand():
    # Site 1: 190, 210 (squares 200, 1 degree of freedom); site 2: 100, 110, 120
    # (squares 200, 2 degrees): 400 / 3; relative (200/40000 + 200/12100) / 3.
    readings = [
        reading(SITES[0], 190),
        reading(SITES[0], 210, 2),
        reading(SITES[1], 100),
        reading(SITES[1], 110, 2),
        reading(SITES[1], 120, 3),
        reading(SITES[2], 500),
    ]

    found = ppt_result(readings).repeatability

    assert found.sites == 2
    assert found.within_sd_kpa == pytest.approx(11.547005, abs=1e-6)
    assert found.difference_kpa == pytest.approx(32.006667, abs=1e-5)
    assert found.cv_percent == pytest.approx(8.471310, abs=1e-6)


def test_equal_repeats_do_not_differ():
    found = ppt_result(
        [reading(SITES[0], 200.1), reading(SITES[0], 200.1, 2)]
    ).repeatability

    assert (found.sites, found.within_sd_kpa) == (1, 0)
    assert (found.difference_kpa, found.cv_percent) == (0, 0)


def test_two_visits_compare_over_the_sites_that_both_have():
    earlier = visit(VECTOR_KPA)
    later = visit((*(kpa + 10 for kpa in VECTOR_KPA[:7]), None))

    change = ppt_change(earlier_kpa=earlier.by_site_kpa, later_kpa=later.by_site_kpa)

    assert change.sites == 7
    assert change.difference_kpa == pytest.approx(10)
    assert change.difference_percent == pytest.approx(5.235602, abs=1e-6)


def test_two_visits_with_six_sites_in_common_do_not_compare():
    earlier = visit((None, *VECTOR_KPA[1:]))
    later = visit((*VECTOR_KPA[:7], None))

    assert (
        ppt_change(earlier_kpa=earlier.by_site_kpa, later_kpa=later.by_site_kpa) is None
    )


def test_a_repeat_stands_once_at_a_site():
    with pytest.raises(ClinicalInputError) as refused:
        ppt_result([reading(SITES[2], 200), reading(SITES[2], None)])

    assert str(refused.value) == (
        "Each repeat must stand once at a site, got repeat 1 of left lateral "
        "epicondyle twice. Number the repeats 1, 2, 3."
    )


@pytest.mark.parametrize("kpa", [1, 2000, 182.5])
def test_a_threshold_on_the_range_is_taken(kpa):
    assert reading(SITES[0], kpa).kpa == kpa


@pytest.mark.parametrize("kpa", [0, 0.99, 2000.01, -3, math.nan, math.inf, True, "182"])
def test_a_threshold_outside_of_the_range_is_refused(kpa):
    with pytest.raises(ClinicalInputError) as refused:
        reading(SITES[0], kpa)

    assert str(refused.value) == (
        f"kpa must be a number from 1 to 2000 kPa, got {kpa!r}. Check the entry; "
        f"leave out what was not measured."
    )


@pytest.mark.parametrize("repeat", [1, 5])
def test_a_repeat_from_one_to_five_is_taken(repeat):
    assert reading(SITES[0], 200, repeat).repeat == repeat


@pytest.mark.parametrize("repeat", [0, 6, 1.0, True])
def test_another_repeat_is_refused(repeat):
    with pytest.raises(ClinicalInputError) as refused:
        reading(SITES[0], 200, repeat)

    assert str(refused.value) == (
        f"repeat must be a whole number from 1 to 5, got {repeat!r}."
    )


@pytest.mark.parametrize(
    ("region", "side"), [("elbow", "left"), ("gluteal", "middle"), (None, None)]
)
def test_an_unknown_site_is_refused(region, side):
    with pytest.raises(ClinicalInputError) as refused:
        PptReading(region=region, side=side, kpa=200)

    assert str(refused.value) == (
        f"A PPT site must be left or right and one of supraspinatus, "
        f"lateral_epicondyle, gluteal, inner_knee, got {side!r} {region!r}."
    )


def test_a_site_may_be_told_in_plain_words():
    plain = PptReading(region="inner_knee", side="left", kpa=150)

    assert plain.site == SITES[6]
