"""The English sentences of the detector, from numbers.

Each comes with a key and its values, so that it can be said in other languages.
No sentence names a person, claims a diagnosis, or says that exercise is harmful.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from .verdicts import Pattern

Value = str | int

_TEMPLATES: Final[Mapping[str, str]] = {
    "flare.t1.patient_h24": (
        "Your pain is higher than usual for you after this session. This happens and "
        "usually settles. We will ask again tomorrow. If you are worried, contact "
        "{clinic}."
    ),
    "flare.t1.patient_h48": (
        "Your pain is higher than usual for you after this session. This happens and "
        "usually settles. If it is still so at your next session, tell your "
        "therapist. If you are worried, contact {clinic}."
    ),
    "flare.t1.rise": (
        "Pain rose to {level} after session {number}, from about {ref} ({rise} mm, "
        "{variations} x the person's usual day-to-day variation)."
    ),
    "flare.answer": (
        "The person answered that session {number} was followed by a flare-up."
    ),
    "flare.t1.rise_and_answer": (
        "Pain rose to {level} after session {number}, from about {ref} ({rise} mm, "
        "{variations} x the person's usual day-to-day variation), and the person "
        "calls it a flare-up."
    ),
    "flare.t2.both": (
        "Pain rose from about {ref} to {h24} the day after session {number} "
        "({d24} mm, {variations} x the person's usual day-to-day variation) and was "
        "{h48} after 48 h."
    ),
    "flare.t2.h24_only": (
        "Pain rose from about {ref} to {h24} the day after session {number} "
        "({d24} mm, {variations} x the person's usual day-to-day variation). There is "
        "no value after 48 h."
    ),
    "flare.t2.h48_only": (
        "Pain rose from about {ref} to {h48} two days after session {number} "
        "({d48} mm, {variations} x the person's usual day-to-day variation). There is "
        "no value of the day after."
    ),
    "flare.t2.later": (
        "Pain was {h24} the day after session {number} and rose to {h48} after 48 h, "
        "from about {ref} ({d48} mm, {variations} x the person's usual day-to-day "
        "variation)."
    ),
    "flare.t2.load": "Load that day: {change} against the session before.",
    "flare.t3": (
        "Pain was still {pre1} and {pre2} before the next two sessions (usual "
        "{ref}). Started {date}."
    ),
    "flare.t4.alert": (
        "Over the last {n} sessions pain right after and in the two days after "
        "exercise averaged {mean} mm above the resting level before it; {rises} of "
        "{n} sessions rose by {each} mm or more. Usual variation {sig} mm. This "
        "pattern suggests exercise-induced hyperalgesia; it is not a diagnosis. Other "
        "explanations: infection, sleep, stress, drug change, too steep load, another "
        "illness. Data: {n24} of {n} 24-h values, {n48} of {n} 48-h values."
    ),
    "flare.t4.watch": (
        "Over the last {n} sessions pain right after and in the two days after "
        "exercise averaged {mean} mm above the resting level before it; {rises} of "
        "{n} sessions rose by {each} mm or more. Usual variation {sig} mm. This is too "
        "little to suggest a pattern; it is worth a question at the next session. "
        "Data: {n24} of {n} 24-h values, {n48} of {n} 48-h values."
    ),
    "flare.t5.gate": (
        "The usual pain before sessions rose by {trend} mm: the last {half} values "
        "against the {half} before. Usual variation {sig} mm. Loads are not raised "
        "meanwhile."
    ),
    "flare.t5.alert": (
        "The usual pain before sessions rose by {trend} mm: the last {half} values "
        "against the {half} before. Usual variation {sig} mm."
    ),
    "flare.dq": (
        "Only {count} of the last {sessions} sessions have a next-day value. No "
        "statement about flares is possible."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence in English, with what a translation needs.

    `params` holds values as they are shown: rounded half away from zero.
    """

    key: str
    params: Mapping[str, Value]
    text: str


def possible_flare_for_patient(*, clinic: str, asks_again: bool) -> Sentence:
    """Return what a patient reads after T1.

    Args:
        asks_again: True on the next-day value, False on the two-day value.
    """
    day = "h24" if asks_again else "h48"
    return _sentence(f"flare.t1.patient_{day}", {"clinic": clinic})


def possible_flare(
    *,
    session_number: int,
    ref_mm: float | None,
    rise_mm: float | None,
    sig_mm: float,
    says_flare: bool,
) -> Sentence:
    """Return what staff read after T1; without a rise the answer alone."""
    if ref_mm is None or rise_mm is None or rise_mm <= 0:
        return _answer(session_number)
    key = "flare.t1.rise_and_answer" if says_flare else "flare.t1.rise"
    return _sentence(
        key,
        {
            "level": _whole(ref_mm + rise_mm),
            "number": session_number,
            "ref": _whole(ref_mm),
            "rise": _signed(rise_mm),
            "variations": _one_decimal(rise_mm / sig_mm),
        },
    )


def acute_flare(
    *,
    session_number: int,
    ref_mm: float | None,
    sig_mm: float,
    h24_mm: int | None,
    h48_mm: int | None,
) -> Sentence:
    """Return what a therapist reads after T2.

    It names the first value above the usual level. Without any, T2 rests on the
    person's answers, and so does the sentence.
    """
    d24_mm = None if ref_mm is None or h24_mm is None else h24_mm - ref_mm
    d48_mm = None if ref_mm is None or h48_mm is None else h48_mm - ref_mm
    params: dict[str, Value] = {"number": session_number}
    params |= {} if ref_mm is None else {"ref": _whole(ref_mm)}
    params |= {} if h24_mm is None else {"h24": h24_mm}
    params |= {} if h48_mm is None else {"h48": h48_mm}
    if d24_mm is not None and d24_mm > 0:
        key = "flare.t2.h24_only" if h48_mm is None else "flare.t2.both"
        return _sentence(key, params | _rise("d24", d24_mm, sig_mm=sig_mm))
    if d48_mm is not None and d48_mm > 0:
        key = "flare.t2.h48_only" if h24_mm is None else "flare.t2.later"
        return _sentence(key, params | _rise("d48", d48_mm, sig_mm=sig_mm))
    return _answer(session_number)


def load_change(change: str) -> Sentence:
    """Return the line that follows T2: what was different that day.

    Args:
        change: With sign and unit, such as "+2.5 kg".
    """
    return _sentence("flare.t2.load", {"change": change})


def sustained_flare(
    *, first_pre_mm: int, second_pre_mm: int, ref_mm: float, started_on: str
) -> Sentence:
    """Return what a therapist reads after T3.

    Args:
        started_on: The day of the flare's session, as it is shown.
    """
    return _sentence(
        "flare.t3",
        {
            "pre1": first_pre_mm,
            "pre2": second_pre_mm,
            "ref": _whole(ref_mm),
            "date": started_on,
        },
    )


def pattern_alert(pattern: Pattern, *, sig_mm: float, each_mm: float) -> Sentence:
    """Return what a therapist reads after a T4 alert.

    Args:
        each_mm: From which a session counted as a rise, by the policy that judged.
    """
    params = _pattern_params(pattern, sig_mm=sig_mm, each_mm=each_mm)
    return _sentence("flare.t4.alert", params)


def pattern_watch(pattern: Pattern, *, sig_mm: float, each_mm: float) -> Sentence:
    """Return what a therapist reads in the worklist after a T4 watch."""
    params = _pattern_params(pattern, sig_mm=sig_mm, each_mm=each_mm)
    return _sentence("flare.t4.watch", params)


def rising_pain(
    *, trend_mm: float, sig_mm: float, half: int, is_alert: bool
) -> Sentence:
    """Return what a therapist reads after T5, as an alert or as the gate.

    Args:
        half: Values in each of the two medians, by the policy that judged.
    """
    return _sentence(
        "flare.t5.alert" if is_alert else "flare.t5.gate",
        {"trend": _whole(trend_mm), "sig": _one_decimal(sig_mm), "half": half},
    )


def not_judgeable(*, with_value: int, sessions: int) -> Sentence:
    """Return what a therapist reads when too few values came."""
    return _sentence("flare.dq", {"count": with_value, "sessions": sessions})


def _answer(session_number: int) -> Sentence:
    return _sentence("flare.answer", {"number": session_number})


def _rise(name: str, rise_mm: float, *, sig_mm: float) -> dict[str, Value]:
    return {name: _signed(rise_mm), "variations": _one_decimal(rise_mm / sig_mm)}


def _pattern_params(
    pattern: Pattern, *, sig_mm: float, each_mm: float
) -> dict[str, Value]:
    return {
        "n": pattern.n,
        "mean": _whole(pattern.mean_mm),
        "rises": pattern.at_least_10,
        "each": f"{each_mm:g}",
        "sig": _one_decimal(sig_mm),
        "n24": pattern.n24,
        "n48": pattern.n48,
    }


def _sentence(key: str, params: Mapping[str, Value]) -> Sentence:
    return Sentence(key=key, params=params, text=_TEMPLATES[key].format_map(params))


def _rounded(value: float, step: str) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal(step), rounding=ROUND_HALF_UP)


def _whole(value: float) -> int:
    return int(_rounded(value, "1"))


def _signed(value: float) -> str:
    return f"{_rounded(value, '1'):+}"


def _one_decimal(value: float) -> str:
    return str(_rounded(value, "0.1"))
