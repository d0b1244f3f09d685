"""Adherence, questionnaires, the response profile and shares of people."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from apps.clinical.adherence import sentences
from apps.clinical.adherence.course import (
    PERIOD_WEEKS,
    WINDOW_LENGTHS,
    Window,
    light_of,
)
from apps.clinical.adherence.figures import figures_of
from apps.clinical.adherence.inputs import ExcuseReason
from apps.clinical.adherence.outcomes import Result, SlotOutcome
from apps.clinical.proportions import wilson_limits
from apps.clinical.questionnaires.instrument import (
    Instrument,
    ItemKind,
    Role,
    ScoreRule,
    Unit,
)
from apps.clinical.questionnaires.library import shipped_instrument, shipped_instruments
from apps.clinical.questionnaires.scoring import score
from apps.clinical.response_profile import (
    KIND_OF_MODALITY,
    ExerciseKind,
    SessionAnswer,
    response_profile,
)
from apps.clinical.response_words import patient_sentences, staff_sentence

from ..shown import number, plain, span, table

LIGHT_WINDOW = WINDOW_LENGTHS[Window.FOUR_WEEKS] or timedelta(0)
DUE = datetime(2026, 3, 3, 11, tzinfo=UTC)
SLOTS = (
    (2400, 2400, Result.HELD),
    (2160, 2400, Result.HELD),
    (0, 2400, Result.EXCUSED),
    (2400, 2400, Result.HELD),
    (0, 2600, Result.MISSED),
    (1950, 2600, Result.HELD),
    (0, 2600, Result.CANCELLED),
    (2600, 2600, Result.HELD),
)


def adherence() -> dict[str, str]:
    """Return the figures of eight planned sessions."""
    figures = figures_of(_outcome(*one, place=place) for place, one in enumerate(SLOTS))
    return {
        "windows": ", ".join(
            "the whole programme" if one is None else span(one)
            for one in WINDOW_LENGTHS.values()
        ),
        "light_window": span(LIGHT_WINDOW),
        "periods": ", ".join(
            f"{period} is weeks {first} to {last}"
            for period, (first, last) in PERIOD_WEEKS.items()
        ),
        "slots": table(
            ("session", "became", "done kg", "prescribed kg"),
            [
                (place, plain(result), done, planned)
                for place, (done, planned, result) in enumerate(SLOTS, start=1)
            ],
        ),
        "due": str(figures.due),
        "attended": str(figures.attended),
        "attendance": number(figures.attendance.percent),
        "without": number(figures.attendance_without_excused.percent),
        "dose": number(figures.dose.percent),
        "when_attended": number(figures.dose_when_attended.percent),
        "light": plain(light_of(figures)),
        "therapist": " ".join(one.text for one in sentences.for_therapist(figures)),
        "patient": " ".join(
            one.text for one in sentences.for_patient(figures, clinic="the clinic")
        ),
    }


def questionnaires() -> dict[str, str]:
    """Return one row an instrument, and a half-filled form."""
    instruments = shipped_instruments().values()
    pcs = shipped_instrument("pcs")
    answer = "2"
    answers = {one.code: answer for one in pcs.items[:-1]}
    total = score(pcs, answers).total
    few = score(pcs, dict(list(answers.items())[:10])).total
    assert total is not None
    assert few is not None
    return {
        "version": "Each instrument's file has its own version, in the table; a score "
        "names the version that it was made with.",
        "instruments": table(
            ("instrument", "version", "items", "scores", "licence"),
            map(_instrument, instruments),
        ),
        "bands": table(
            ("instrument", "score", "for", "bands", "mark"),
            [row for one in instruments for row in _bands(one)],
        ),
        "thresholds": table(
            ("instrument", "score", "called", "at least", "for", "mark"),
            [row for one in instruments for row in _thresholds(one)],
        ),
        "pcs_answer": answer,
        "pcs_answered": str(total.answered),
        "pcs_parts": str(total.parts),
        "pcs_total": number(total.rounded),
        "pcs_few": str(few.answered),
        "pcs_none": "no total" if few.value is None else "a total",
    }


def response() -> dict[str, str]:
    """Return the profile of eight sessions."""
    pairs = ((60, 45), (55, 56), (62, 50), (50, 50), (48, 60), (58, 40), (52, 47))
    sessions = [
        SessionAnswer(
            kind=ExerciseKind.RESISTANCE,
            percent_1rm=Decimal(40),
            pre_mm=before,
            post_mm=after,
        )
        for before, after in pairs
    ]
    missing = SessionAnswer(
        kind=ExerciseKind.RESISTANCE, percent_1rm=Decimal(40), pre_mm=50, post_mm=None
    )
    overall = response_profile([*sessions, missing]).overall
    return {
        "kinds": table(
            ("modality of an exercise", "kind of training"),
            ((plain(one), plain(kind)) for one, kind in KIND_OF_MODALITY.items()),
        ),
        "changes": ", ".join(f"{after - before:+}" for before, after in pairs),
        "n": str(overall.n),
        "not_counted": str(overall.not_counted),
        "relief": str(overall.relief.count),
        "no_change": str(overall.no_change.count),
        "rise": str(overall.rise.count),
        "patient": " ".join(one.text for one in patient_sentences(overall)),
        "staff": staff_sentence(overall).text,
    }


def proportions() -> dict[str, str]:
    """Return the limits of a share, and of nobody."""
    successes, people, few = 59, 78, 10
    limits = wilson_limits(successes=successes, n=people)
    none = wilson_limits(successes=0, n=few)
    return {
        "successes": str(successes),
        "people": str(people),
        "few": str(few),
        "share": _percent(limits.share),
        "low": _percent(limits.low),
        "high": _percent(limits.high),
        "none_high": _percent(none.high),
    }


def _percent(share: float) -> str:
    return number(100 * share, decimals=1)


def _outcome(done: int, planned: int, result: Result, *, place: int) -> SlotOutcome:
    due_at = DUE + timedelta(days=3 * place)
    return SlotOutcome(
        key=str(place),
        starts_at=due_at - timedelta(hours=25),
        due_at=due_at,
        week=1 + place // 2,
        result=result,
        excuse_reason=ExcuseReason.WORK if result == Result.EXCUSED else None,
        dose=Fraction(done, planned),
        planned_kg=Decimal(planned),
        planned_sets=12,
    )


def _instrument(one: Instrument) -> tuple[str, ...]:
    told = [_score(each) for each in one.scores if each.role != Role.PART]
    holder = one.licence.holder
    terms = f"{holder}. {one.licence.terms}" if holder else one.licence.terms
    return (
        one.edition,
        str(one.version),
        _items(one),
        "<br>".join(told),
        f"{terms} {_marked(one.licence.mark)}",
    )


def _items(one: Instrument) -> str:
    kinds = {kind: sum(each.kind == kind for each in one.items) for kind in ItemKind}
    told = ", ".join(
        f"{count} {_KINDS[kind]}" for kind, count in kinds.items() if count
    )
    back = sum(each.is_reversed is True for each in one.items)
    open_ = len(one.undirected_items)
    told += f"; {back} run the other way" if back else ""
    return told + (f"; direction of {open_} from the clinic's form" if open_ else "")


_KINDS = {
    ItemKind.OPTIONS: "with options",
    ItemKind.SCALE: "on a line",
    ItemKind.DAYS: "counts of days",
    ItemKind.NUMBER: "numbers",
}


def _score(one: ScoreRule) -> str:
    factor = "" if one.factor == 1 else f" × {_fraction(one.factor)}"
    parts = len(one.of)
    needs = f"{one.min_answered} of {parts} {_marked(one.min_answered_mark)}"
    return (
        f"{_name(one.code)}: {one.combine} of {parts}{factor}, "
        f"{number(one.minimum)}-{number(one.maximum, decimals=None)}, needs {needs}; "
        f"{_DIRECTIONS[one.direction.value]} {_marked(one.mark)}"
    )


_DIRECTIONS = {
    "higher_worse": "higher is worse",
    "higher_better": "higher is better",
    "ask_clinic": "the clinic's form says what higher means",
}


def _name(code: str) -> str:
    return plain(code).removesuffix(" mm")


def _fraction(value: Fraction) -> str:
    return number(value) if 100 % value.denominator == 0 else str(value)


def _bands(one: Instrument) -> list[tuple[str, ...]]:
    return [
        (
            one.edition,
            _name(rule.code),
            scheme.population,
            "; ".join(
                plain(step.code)
                if step.at_least is None and step.above is None
                else f"{plain(step.code)} "
                f"{'above' if step.at_least is None else 'from'} {number(step.bound)}"
                for step in scheme.steps
            ),
            _marked(scheme.mark),
        )
        for rule in one.scores
        for scheme in rule.bands
    ]


def _thresholds(one: Instrument) -> list[tuple[str, ...]]:
    return [
        (
            one.edition,
            _name(rule.code),
            plain(each.code),
            f"{number(each.at_least)} {_CHANGE_UNITS[each.unit]}",
            each.population,
            _marked(each.mark),
        )
        for rule in one.scores
        for each in rule.thresholds
    ]


_CHANGE_UNITS = {Unit.POINTS: "points", Unit.PERCENT: "%"}


def _marked(marks: str) -> str:
    return " ".join(f"[{mark}]" for mark in marks.split(", "))
