"""Phases, novelty, windows of check-ins, intensity and the evidence."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from apps.clinical import check_in_windows as moments
from apps.clinical.check_in_windows import SPANS, Moment
from apps.clinical.intensity import targets
from apps.clinical.intensity.bands import BANDS, Band
from apps.clinical.intensity.conversion import HeartRateTarget, heart_rate_target
from apps.clinical.intensity.evidence import Dose, Span, check_dose, evidence
from apps.clinical.intensity.evidence_file import Kind, Quantity, Stage, Window
from apps.clinical.intensity.gates import (
    TRIAL_EXPLOSIVE_STEPS,
    WORDS,
    OpenAlerts,
    hiit_gate,
)
from apps.clinical.intensity.heart_rate import FORMULAS, HeartFacts, HeartRateRules
from apps.clinical.intensity.targets import PERCENT, Basis, Target
from apps.clinical.novelty import DoneExercise, DoneSession, novelties
from apps.clinical.phases import week_of

from ..shown import number, plain, span, table

STARTS_ON = date(2026, 3, 2)


def phases() -> dict[str, str]:
    """Return the week of a day, and six sessions of which some are new."""
    days = (0, 3, 7, 10, 45)
    done = [
        DoneSession(
            day=STARTS_ON + timedelta(days=day),
            programme="a",
            phase=1,
            exercises=(DoneExercise(exercise="leg press"),),
        )
        for day in days
    ]
    rows = [
        (place, (one.day - STARTS_ON).days, ", ".join(map(plain, why)) or "not novel")
        for place, (one, why) in enumerate(
            zip(done, novelties(done), strict=True), start=1
        )
    ]
    day = date(2026, 3, 19)
    return {
        "start": STARTS_ON.isoformat(),
        "day": day.isoformat(),
        "week": str(week_of(day, starts_on=STARTS_ON)),
        "before": str(week_of(date(2026, 3, 1), starts_on=STARTS_ON)),
        "sessions": table(("session", "day of the programme", "why it is novel"), rows),
    }


def windows() -> dict[str, str]:
    """Return all windows, and those of one session that the next one cuts short."""
    start = datetime(2026, 3, 2, 10, tzinfo=UTC)
    end = start + timedelta(hours=1)
    following = start + timedelta(hours=48)
    cut = moments.window_of(
        Moment.H48,
        started_at=start,
        ended_at=end,
        next_started_at=following,
    )
    rows = [
        (
            _MOMENTS[moment],
            "end" if one.hangs_on_end else "start",
            _edge(one.opens),
            _edge(one.closes),
        )
        for moment, one in SPANS.items()
    ]
    head = ("value", "seen from the session's", "opens", "closes")
    return {
        "spans": table(head, rows),
        "targets": " and ".join(
            f"{span(one)} for the {_MOMENTS[moment]} value"
            for moment, one in moments.FOLLOW_UP_TARGETS.items()
        ),
        "starts": _instant(start),
        "ends": f"{end:%H:%M}",
        "following": _instant(following),
        "cut_opens": _instant(cut.opens_at),
        "cut_closes": _instant(cut.closes_at),
        "cut_expected": "expected" if cut.expected else "not expected",
    }


def intensity() -> dict[str, str]:
    """Return bands, formulas, gates, the evidence, and one target in beats."""
    facts = HeartFacts(
        age_years=50, rest_per_min=70, beta_blocker=False, pacemaker=False
    )
    low, high = Decimal(40), Decimal(59)
    target = Target(basis=Basis.HRR, low=low, high=high, unit=PERCENT)
    beats = heart_rate_target(target, facts=facts, rules=HeartRateRules())
    assert isinstance(beats, HeartRateTarget)
    weeks = [[True], [True], [True, False]]
    minutes = Decimal(60)
    none = OpenAlerts(flare=False, pattern=False, red_flag=False)
    gate = hiit_gate(green_by_week=weeks, alerts=none, pem=False)
    return {
        "version": f"The evidence windows are version {evidence().version}.",
        "bands": table(("basis", "word", "from", "to"), map(_band, BANDS)),
        "formulas": table(
            ("formula", "highest heart rate per minute", "source"),
            [(one.name, plain(one.text), one.source) for one in FORMULAS.values()],
        ),
        "gates": "".join(f"- {words}\n" for words in WORDS.values()),
        "explosive": ", then ".join(
            f"level {one.level} from week {one.from_week}"
            for one in TRIAL_EXPLOSIVE_STEPS
        ),
        "evidence": table(
            ("exercise", "phase", "what", "from", "to", "mark"),
            map(_window, evidence().windows),
        ),
        "suggestions": "".join(
            f"- {plain(name)}: {'; '.join(each)}\n"
            for name, each in evidence().suggestions.items()
        ),
        "age": str(facts.age_years),
        "rest": str(facts.rest_per_min),
        "highest": number(beats.highest.per_min),
        "low_pct": number(low),
        "high_pct": number(high),
        "low_beats": str(beats.shown_low),
        "high_beats": str(beats.shown_high),
        "closed": " ".join(WORDS[reason] for reason in gate.reasons),
        "minutes": number(minutes),
        "hint": _hint(minutes),
        "weeks": str(len(weeks)),
    }


_MOMENTS = {
    Moment.PRE: "before",
    Moment.POST: "right after",
    Moment.H24: "next-day",
    Moment.H48: "two-day",
}


def _instant(at: datetime) -> str:
    return f"{at.day} {at:%B, %H:%M}"


def _edge(edge: timedelta) -> str:
    side = "before" if edge < timedelta(0) else "after"
    return f"{span(abs(edge))} {side}"


def _band(band: Band) -> tuple[str, ...]:
    return _basis(band.basis), plain(band.effort), str(band.low), str(band.high)


def _basis(basis: Basis) -> str:
    unit = targets.UNITS[basis][0]
    return targets.WORDS[basis, unit]


def _window(window: Window) -> tuple[str, ...]:
    what = _QUANTITIES.get(window.quantity, plain(window.quantity))
    if window.basis is not None and window.unit is not None:
        what = f"{what}, {targets.WORDS[window.basis, window.unit]}"
    bounds = ("" if one is None else number(one) for one in (window.low, window.high))
    phase = plain(window.stage or "every")
    return (plain(window.kind), phase, what, *bounds, f"[{window.mark}]")


_QUANTITIES = {
    Quantity.BOUT_S: "seconds of a bout",
    Quantity.REST_RATIO: "rest for each unit of work",
}


def _hint(minutes: Decimal) -> str:
    dose = Dose(
        kind=Kind.AEROBIC,
        stage=Stage.START,
        amounts={Quantity.MINUTES: Span(low=minutes, high=minutes)},
    )
    return " ".join(one.text for one in check_dose(dose).hints)
