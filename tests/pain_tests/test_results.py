"""What a visit gives: the numbers of the text, refusals and deviations."""

import pytest

from tests.factories import measuring
from tests.factories.measuring import cpm_body, eih_body, p50_body, ppt_body

from .conftest import faults, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1")]


def test_a_whole_visit_gives_the_numbers_of_the_text(lab):
    order = lab.order()

    answer = lab.post(measuring.pain_test_body(lab.patient, order=order))

    found = answer.json()
    assert answer.status_code == 201
    assert answer["ETag"] == '"1"'
    assert found["ppt_average_kpa"] == 187.5
    assert found["mvc_n"] == 320.6
    assert found["target_n"] == pytest.approx(96.18, abs=1e-9)
    assert found["eih_score"] == pytest.approx(0.1132, abs=5e-5)
    assert found["eih_fit"] == {
        "direction": "inhibition",
        "end_kpa": 236.0,
        "mean_baseline_score": pytest.approx(0.0926, abs=5e-5),
        "peak_score": pytest.approx(0.1321, abs=5e-5),
    }
    assert found["p50_kpa"] == pytest.approx(293.75, abs=5e-3)
    assert found["p50_fit"]["degree"] == found["p50_fit"]["asked_degree"] == 2
    assert found["p50_fit"]["r2"] == pytest.approx(0.985, abs=5e-4)
    assert found["p50_fit"]["coefficients"] == pytest.approx(
        [-2.857143e-05, 0.310952, -38.876190], rel=1e-5
    )
    assert found["p50_fit"]["extrapolated"] is False
    assert found["cpm_percent"] == pytest.approx(14.285714, abs=1e-6)
    assert found["cpm_fit"]["difference"] == 30
    assert (found["refusals"], found["deviations"], found["questions"]) == ([], [], [])
    assert found["settings_version"] == 1


@pytest.mark.parametrize(("degree", "p50_kpa"), [(1, 294.04), (2, 293.75), (3, 292.67)])
def test_the_degree_is_the_one_that_the_clinic_decided(undecided, degree, p50_kpa):
    lab = undecided
    measuring.make_settings(
        lab.clinic, by=lab.manager, now=lab.patient.created_at, p50_degree=degree
    )

    found = lab.recorded(p50=p50_body(lab.order()))

    assert found["p50_kpa"] == pytest.approx(p50_kpa, abs=5e-3)
    assert found["p50_fit"]["degree"] == degree


def test_signals_are_kept_as_measured_and_results_unrounded(lab):
    third = 100 / 3
    series = [{"second": 30, "kpa": 200.123456789012}]

    found = lab.recorded(
        mvc_n=[third, None, 31.0],
        eih=eih_body(baseline_kpa=[third, None], series=series, hold_s=59.999),
    )

    (kept,) = lab.stored()
    assert kept.measurements["mvc_n"] == [third, None, 31.0]
    assert kept.mvc_n == found["mvc_n"] == third
    assert found["measurements"]["eih"]["baseline_kpa"] == [third, None]
    assert kept.measurements["eih"]["series"] == series
    assert kept.eih_score == found["eih_score"] == (200.123456789012 - third) / third


def test_what_was_not_done_is_null_without_a_refusal(lab):
    found = lab.recorded(mvc_n=[312.4, 298.0, 320.6])

    results = ("ppt_average_kpa", "eih_score", "p50_kpa", "cpm_percent")
    assert [found[name] for name in results] == [None] * 4
    assert found["refusals"] == []
    assert found["measurements"]["ppt"] is None
    assert (found["ppt_fit"], found["p50_fit"]) == (None, None)


REFUSED = [
    pytest.param(
        {"ppt": ppt_body()[:6]},
        "ppt_average_kpa",
        "ppt_average_kpa.too_few_sites",
        "ppt",
        id="six sites",
    ),
    pytest.param(
        {"mvc_n": [None, None]}, "mvc_n", "mvc_n.no_trial", "mvc_n", id="no force"
    ),
    pytest.param(
        {"eih": eih_body(baseline_kpa=[0, 220])},
        "eih_score",
        "eih_score.no_first_baseline",
        "eih.baseline_kpa[0]",
        id="first baseline of 0",
    ),
    pytest.param(
        {"eih": eih_body(series=[])},
        "eih_score",
        "eih_score.no_reading",
        "eih.series",
        id="no reading",
    ),
    pytest.param(
        {"eih": eih_body(series=[], hold_s=29.9)},
        "eih_score",
        "eih_score.hold_too_short",
        "eih.hold_s",
        id="a hold of 29.9 s",
    ),
    pytest.param(
        {"cpm": cpm_body(during=None)},
        "cpm_percent",
        "cpm_percent.value_missing",
        "cpm.during",
        id="nothing during",
    ),
    pytest.param(
        {"cpm": cpm_body(stimulus_kind="rating", before=0, during=0)},
        "cpm_percent",
        "cpm_percent.nothing_to_share",
        "cpm.before",
        id="a rating of 0",
    ),
]


@pytest.mark.parametrize(("measured", "measure", "key", "where"), REFUSED)
def test_a_result_that_must_not_be_computed_is_refused_with_its_reason(
    lab, measured, measure, key, where
):
    found = lab.recorded(**measured)

    (refusal,) = found["refusals"]
    assert found[measure] is None
    assert (refusal["measure"], refusal["key"]) == (measure, key)
    assert refusal["where"] == where
    assert refusal["reason"]
    assert lab.stored()[0].refusals == [refusal]


@pytest.mark.parametrize(("count", "has_p50"), [(11, False), (12, True), (13, True)])
def test_p50_needs_twelve_ratings(lab, count, has_p50):
    order = lab.order()
    ratings = p50_body(order)["ratings"][:count]

    found = lab.recorded(p50=p50_body(order, ratings=ratings))

    assert (found["p50_kpa"] is not None) is has_p50
    assert reasons(found) == ([] if has_p50 else ["p50_kpa.too_few_ratings"])


def test_without_a_degree_p50_is_refused_and_the_rest_is_not(undecided):
    found = undecided.recorded(ppt=ppt_body(), p50=p50_body(undecided.order()))

    assert found["p50_kpa"] is None
    assert found["p50_fit"] is None
    assert found["ppt_average_kpa"] == 187.5
    assert reasons(found) == ["p50_kpa.degree_not_set"]
    assert found["settings_version"] is None


@pytest.mark.parametrize(
    ("measured", "key"),
    [
        ({"ppt": ppt_body()[:7]}, "ppt_average_kpa.sites_missing"),
        ({"mvc_n": [312.4, None, 298]}, "mvc_n.trials_missing"),
        ({"eih": eih_body(rest_since_mvc_s=599)}, "eih_score.short_rest"),
        ({"eih": eih_body(hold_s=150)}, "eih_score.last_reading_missing"),
        (
            {"cpm": cpm_body(conditioning={"kind": "other"})},
            "cpm_percent.intensity_unknown",
        ),
    ],
)
def test_what_was_not_done_as_planned_is_marked(lab, measured, key):
    found = lab.recorded(**measured)

    assert reasons(found, "deviations") == [key]
    assert found["refusals"] == []


def test_facilitation_is_below_zero(lab):
    eih = eih_body(baseline_kpa=[205, 210], series=[{"second": 30, "kpa": 178}])

    found = lab.recorded(eih=eih | {"hold_s": 45})

    assert found["eih_score"] == pytest.approx(-0.1317, abs=5e-5)
    assert found["eih_fit"]["direction"] == "facilitation"


def test_repeats_at_a_site_are_averaged_and_compared(lab):
    again = {"site": "supraspinatus", "side": "left", "kpa": 186, "repeat": 2}

    found = lab.recorded(ppt=[*ppt_body(), again])

    assert found["ppt_fit"]["by_site"][0] == {
        "site": "supraspinatus",
        "side": "left",
        "kpa": 184,
    }
    assert found["ppt_average_kpa"] == 187.75
    assert found["ppt_fit"]["repeatability"]["sites"] == 1
    assert found["ppt_fit"]["repeatability"]["within_sd_kpa"] == pytest.approx(8**0.5)


@pytest.mark.parametrize("when", ["during", "after"])
def test_a_rating_that_falls_is_inhibition(lab, when):
    cpm = cpm_body(stimulus_kind="rating", before=40, during=None) | {when: 30}

    found = lab.recorded(cpm=cpm)

    assert found["cpm_percent"] == 25
    assert found["cpm_fit"]["sign_convention"].startswith("Rating")


IMPOSSIBLE = [
    ({}, "", "required"),
    ({"ppt": [{**ppt_body()[0], "kpa": 0}]}, "/ppt/0/kpa", "min_value"),
    ({"ppt": [{**ppt_body()[0], "kpa": 2000.5}]}, "/ppt/0/kpa", "max_value"),
    ({"ppt": [{**ppt_body()[0], "kpa": "182"}]}, "/ppt/0/kpa", "invalid"),
    ({"ppt": [{**ppt_body()[0], "site": "thumb"}]}, "/ppt/0/site", "invalid_choice"),
    ({"ppt": [ppt_body()[0], ppt_body()[0]]}, "/ppt", "impossible"),
    ({"mvc_n": [1, 2, 3, 4]}, "/mvc_n", "max_length"),
    ({"mvc_n": [2001]}, "/mvc_n/0", "max_value"),
    ({"eih": eih_body(hold_s=299, end_reason="five_minutes")}, "/eih", "impossible"),
    ({"eih": eih_body(hold_s=119)}, "/eih", "impossible"),
    ({"eih": eih_body(hold_s=301)}, "/eih/hold_s", "max_value"),
    (
        {"eih": eih_body(series=[{"second": 45, "kpa": 200}])},
        "/eih/series/0/second",
        "invalid",
    ),
    ({"cpm": cpm_body(after=240)}, "/cpm", "contradiction"),
    ({"cpm": cpm_body(before=0.5)}, "/cpm", "impossible"),
    ({"cpm": cpm_body(stimulus_kind="rating", before=101)}, "/cpm", "impossible"),
    ({"ppt": ppt_body(), "loads": []}, "/loads", "unknown_field"),
]


@pytest.mark.parametrize(("measured", "pointer", "code"), IMPOSSIBLE)
def test_a_value_that_cannot_be_is_refused_and_nothing_is_kept(
    lab, measured, pointer, code
):
    answer = lab.post(lab.visit(**measured))

    assert faults(answer) == [(pointer, code)]
    assert lab.counts() == [0, 0, 0]
