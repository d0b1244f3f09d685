"""The resting level over the years, with numbers worked out by hand."""

from datetime import date, timedelta

import pytest

from apps.clinical.flare.policy import DetectorPolicy
from apps.exchange.resting import report_on

pytestmark = pytest.mark.requirement("M5")

POLICY = DetectorPolicy()
FIRST = date(2020, 3, 4)


def report_of(*values_mm, first=FIRST):
    """Return the report on values of days in a row."""
    by_day = {first + timedelta(days=day): mm for day, mm in enumerate(values_mm)}
    return report_on(by_day, region="Knee Pain", policy=POLICY)


def as_tuple(spread):
    """Return the five numbers of a spread."""
    return (
        spread.least,
        spread.lower_quartile,
        spread.median,
        spread.upper_quartile,
        spread.most,
    )


def test_report_on_five_days_worked_by_hand():
    report = report_of(30, 32, 20, 30, 40)

    # ref 30; (32+30)/2; (20+31)/2; (30+30)/2; (40+30)/2
    assert as_tuple(report.overall.ref) == (25.5, 30, 30, 31, 35)
    # sig 13 three times; then MAD 1.4826 of 4 and 2.9652 of 5 values, drawn to 13
    assert as_tuple(report.overall.sig) == pytest.approx(
        (9.8070, 10.1133, 13, 13, 13), abs=1e-4
    )
    assert report.overall.median_mm == 30
    assert (report.first_day, report.last_day) == (FIRST, date(2020, 3, 8))


def test_report_on_a_single_day():
    report = report_of(30)

    assert as_tuple(report.overall.ref) == (30, 30, 30, 30, 30)
    assert as_tuple(report.overall.sig) == (13, 13, 13, 13, 13)


def test_report_on_several_years_carries_the_level_over():
    report = report_of(30, 30, 50, first=date(2019, 12, 30))

    assert [(span.year, span.days) for span in report.years] == [(2019, 2), (2020, 1)]
    assert report.overall.days == 3
    # (50 + 30) / 2: the year before counts
    assert report.years[1].ref.median == 40


def test_report_on_does_not_use_a_value_that_the_detector_has_forgotten():
    forgotten = report_of(*[0] * 40, *[30] * 40, 30)
    remembered = report_of(*[0] * 41, *[30] * 39, 30)

    # Of 40 values before and this one, all 30; else one 0, which no MAD notices.
    assert forgotten.overall.sig.least == remembered.overall.sig.least == 6
    assert forgotten.overall.ref.most == 30


@pytest.mark.parametrize(
    ("pause_days", "gaps", "longest"), [(20, 0, 0), (21, 0, 0), (22, 1, 22)]
)
def test_report_on_counts_pauses_longer_than_21_days(pause_days, gaps, longest):
    by_day = {FIRST: 30, FIRST + timedelta(days=pause_days): 30}

    report = report_on(by_day, region="Knee Pain", policy=POLICY)

    assert report.gap_days == 21
    assert (report.overall.gaps, report.overall.longest_gap_days) == (gaps, longest)


def test_report_on_counts_a_pause_in_the_year_in_which_it_ended():
    by_day = {date(2019, 12, 1): 30, date(2020, 2, 1): 30, date(2020, 2, 2): 30}

    report = report_on(by_day, region="Knee Pain", policy=POLICY)

    assert [(span.gaps, span.longest_gap_days) for span in report.years] == [
        (0, 0),
        (1, 62),
    ]


def test_report_on_no_day_at_all():
    report = report_on({}, region="Knee Pain", policy=POLICY)

    assert (report.overall, report.years, report.first_day) == (None, (), None)
