"""What a pain test could not give, or was not done as planned, and why.

A value that cannot be raises `ClinicalInputError`. A value that can be, but from
which a result must not be computed, gives no result and a remark: what is missing,
where, by which rule, and what to do. Each has a key and its values, so that it can
be said in other languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Value = str | int


class Measure(StrEnum):
    """What a remark is about; the names under which results are told."""

    READINESS = "readiness"
    PPT_AVERAGE = "ppt_average_kpa"
    MVC = "mvc_n"
    EIH_SCORE = "eih_score"
    P50 = "p50_kpa"
    CPM = "cpm_percent"
    FUNCTION = "function_test"
    COMPARISON = "comparison"


# The rule and what to do follow each other in one text; "{...}" are values.
TEMPLATES: Final[Mapping[str, str]] = {
    "readiness.dose_unknown": (
        "It is not known when the last {drug} was taken. Pain tests need {hours} h "
        "without. Ask, and enter the time or that none was taken."
    ),
    "readiness.dose_too_recent": (
        "The last {drug} was taken {taken} h before the test. Pain tests need {hours} "
        "h without. Move the test, or go on with a reason."
    ),
    "readiness.blood_pressure_unknown": (
        "Blood pressure was not measured. It must not lie above {systolic}/{diastolic} "
        "mmHg. Measure it, or go on with a reason."
    ),
    "readiness.blood_pressure_high": (
        "Blood pressure is {measured} mmHg. The limit is {systolic} systolic {rule} "
        "{diastolic} diastolic. Measure again after rest, or go on with a reason."
    ),
    "readiness.blood_pressure_rule_not_set": (
        "The clinic has not decided how the limit of {systolic}/{diastolic} mmHg is "
        "read. A manager decides it under settings. Until then go on with a reason."
    ),
    "ppt_average_kpa.too_few_sites": (
        "{present} of {sites} sites have a threshold; missing: {missing}. An average "
        "needs at least {minimum}. Measure the missing sites at this visit."
    ),
    "ppt_average_kpa.sites_missing": (
        "The average stands on {present} of {sites} sites; missing: {missing}. "
        "Compare it with other visits by the sites that both have."
    ),
    "mvc_n.no_trial": (
        "No trial has a force. The MVC is the highest of {trials} trials of {seconds} "
        "s with {rest} s of rest between. Test again, or leave out the EIH test."
    ),
    "mvc_n.trials_missing": (
        "{present} of {trials} trials have a force. The MVC is the highest of "
        "{trials}, so it may be too low here. Say so when visits are compared."
    ),
    "eih_score.no_first_baseline": (
        "The first threshold at rest is missing or not above 0 kPa. The score is told "
        "as a share of it. Rest, and repeat the EIH test."
    ),
    "eih_score.no_reading": (
        "No threshold was taken during the contraction. The score needs the last one "
        "of them. Rest, and repeat the EIH test."
    ),
    "eih_score.hold_too_short": (
        "The contraction was held for {held} s. A score needs at least {minimum} s. "
        "Rest, and repeat the EIH test, or keep the record without a score."
    ),
    "eih_score.last_reading_missing": (
        "The contraction was held for {held} s, but the last threshold is of second "
        "{second}; one of second {expected} was due. The score uses what there is. "
        "Say so when visits are compared."
    ),
    "eih_score.short_rest": (
        "There were {rest} s between the MVC test and the EIH test. At least {minimum} "
        "s are planned. Say so when visits are compared."
    ),
    "p50_kpa.degree_not_set": (
        "The clinic has not decided the degree of the curve. The source does not state "
        "it, so none is assumed. A manager decides it under settings; then correct "
        "this test with a reason, and P50 is computed."
    ),
    "p50_kpa.nothing_felt": (
        "No step was rated above {vas} mm. The lower end of the range is the first "
        "pressure that hurts. Go on in steps of {step} kPa within the device's limit."
    ),
    "p50_kpa.no_maximum": (
        "No step was rated above {vas} mm. The upper end of the range is the first "
        "one that is. Go on in steps of {step} kPa within the device's limit."
    ),
    "p50_kpa.no_range": (
        "Pain begins at {low} kPa and exceeds {vas} mm at {high} kPa. Five different "
        "pressures need at least {minimum} kPa between. Repeat the steps of {step} kPa "
        "after a rest."
    ),
    "p50_kpa.too_few_ratings": (
        "{present} of {planned} ratings were given. P50 needs at least {minimum}. "
        "Repeat the calibration."
    ),
    "p50_kpa.too_few_pressures": (
        "The ratings stand on {present} different pressures. A curve of degree "
        "{degree} needs at least {minimum}. Repeat the calibration with the "
        "generated order."
    ),
    "p50_kpa.no_pressure": (
        "Neither the curve of degree {degree} nor a straight line rises through {vas} "
        "mm at exactly one pressure from {low} to {high} kPa. Repeat the calibration."
    ),
    "p50_kpa.straight_line": (
        "The curve of degree {degree} does not rise through {vas} mm at exactly one "
        "pressure from {low} to {high} kPa. A straight line was used. Say so when "
        "visits are compared."
    ),
    "p50_kpa.extrapolated": (
        "P50 of {p50} kPa lies outside of the tested pressures, {low} to {high} kPa. "
        "It is a guess beyond the data. Repeat the calibration if it matters."
    ),
    "cpm_percent.value_missing": (
        "The value {which} the conditioning is missing. CPM compares both. Repeat the "
        "test on another day, or keep the record without a result."
    ),
    "cpm_percent.nothing_to_share": (
        "The rating before the conditioning is 0. A percentage of nothing cannot be "
        "told; the difference is. Choose a stronger test stimulus next time."
    ),
    "cpm_percent.intensity_unknown": (
        "Neither temperature nor pressure of the conditioning is told. Visits compare "
        "only at the same intensity. Enter it."
    ),
    "function_test.no_trial": (
        "No trial of {test} has a value. The result is the best of {trials}. Test "
        "again, or record why it was not done."
    ),
    "function_test.trials_missing": (
        "{present} of {trials} trials of {test} have a value. The result is the best "
        "of {trials}, so it may be too poor here. Say so when visits are compared."
    ),
    "comparison.too_few_sites": (
        "Both visits have {shared} sites in common. Sites differ by nature, so "
        "averages compare over at least {minimum}. Measure all sites at the next visit."
    ),
    "comparison.other_degree": (
        "P50 stands on a curve of degree {earlier} before and of degree {later} now. "
        "Curves of different degrees give different values, so they do not compare."
    ),
    "comparison.other_procedure": (
        "{what} differs between the visits. CPM compares only when it is done in the "
        "same way. Repeat it as it was done before."
    ),
    "comparison.nothing_to_share": (
        "The earlier value is 0. A percentage of nothing cannot be told; the "
        "difference is."
    ),
    "comparison.other_device": (
        "The visits name different devices, or one names none. Devices differ; use the "
        "same one."
    ),
    "comparison.marked": (
        "One of the visits was not done as planned. Read its marks before comparing."
    ),
    "comparison.noisy": (
        "This measure differs much from visit to visit in the same person. It is shown "
        "and not decided on."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Why a result is missing, or what to know before relying on it.

    Args:
        where: Path of the value within the entry, such as `eih.hold_s`.
        key: Of the text, for translations: `<measure>.<code>`.
        params: What stands in the text.
    """

    measure: Measure
    where: str
    key: str
    params: Mapping[str, Value]
    reason: str


def remark(
    measure: Measure, code: str, *, where: str, params: Mapping[str, Value]
) -> Remark:
    """Return the remark with its English text."""
    key = f"{measure}.{code}"
    return Remark(
        measure=measure,
        where=where,
        key=key,
        params=params,
        reason=TEMPLATES[key].format_map(params),
    )
