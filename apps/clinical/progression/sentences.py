"""The English sentences of the load table, from numbers.

Each has a key and values, so that it can be said in other languages. None names a
person or blames one.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from ..flare.sentences import Sentence, Value

TEMPLATES: Final[Mapping[str, str]] = {
    "load.red_flag": (
        "No training: a warning sign was answered yes. Somebody must look at it now."
    ),
    "load.postpone_blood_pressure": (
        "Postpone the session: blood pressure was {systolic}/{diastolic}. The "
        "therapist decides."
    ),
    "load.postpone_illness": (
        "Postpone the session: acute illness. The therapist decides."
    ),
    "load.pem": (
        "No proposal: symptoms that worsen for days after small efforts do not go "
        "with fixed increments. The therapist decides with the person and signs."
    ),
    "load.pem_not_asked": (
        "No proposal: whether symptoms worsen for days after small efforts has not "
        "been asked yet. The therapist asks and decides."
    ),
    "load.flare": (
        "A flare is open: {cut} % less than at its start for what was trained that "
        "day, one set, nothing explosive, the phase stays. Looked at again next "
        "session."
    ),
    "load.flare_other": (
        "A flare is open: {cut} % less than at its start for the other regions, "
        "nothing explosive, the phase stays. Looked at again next session."
    ),
    "load.flare_again": (
        "The flare is still open. The load has been lowered or decided on for it and "
        "stays. Looked at again next session."
    ),
    "load.pattern": (
        "Everything stays as it is: the pattern over several sessions is open. The "
        "therapist looks at it with the person; nothing is proposed until then."
    ),
    "load.restart": (
        "{days} days without a session: start again with at least {cut} % less "
        "and a new 1RM within {retest} days."
    ),
    "load.long_break": (
        "{days} days without a session: {cut} % less, and one set in the first session."
    ),
    "load.break": "{days} days without a session: {cut} % less.",
    "load.break_again": (
        "{days} days without a session. The load has been lowered or decided on for "
        "that and stays."
    ),
    "load.soreness": (
        "Hold for one session: soreness of the trained muscles after something new "
        "is to be expected and passes. No reduction."
    ),
    "load.red": (
        "Pain rose clearly with the last session or did not settle: {cut} % less "
        "on what was done that day; the phase stays."
    ),
    "load.red_other": (
        "Pain rose clearly with the last session or did not settle. This exercise "
        "was not done that day: it and the phase stay."
    ),
    "load.red_again": (
        "Pain rose clearly with the last session or did not settle. The load has "
        "been lowered or decided on for that and stays."
    ),
    "load.rising": (
        "Hold: the usual pain before sessions has risen from week to week."
    ),
    "load.amber": "Hold: pain rose somewhat with the last session.",
    "load.not_settled": ("Hold: pain has not settled since the last session."),
    "load.below_target": (
        "Hold: a set of the last two sessions stayed below the target or was not done."
    ),
    "load.low_confidence": (
        "Hold: the confidence to manage this load is {confidence} of 10."
    ),
    "load.left_out": "Hold: this exercise was left out last time because of pain.",
    "load.broken_off": "Hold: the last session was broken off. Ask why.",
    "load.says_flare": (
        "Hold: the days after the last session were called a flare-up. Ask about it."
    ),
    "load.watch": (
        "Hold and ask: pain after the last sessions may be forming a pattern."
    ),
    "load.way_back": (
        "Two green sessions in a row since the load was lowered: back towards "
        "{goal} kg, now {to} kg."
    ),
    "load.raise": (
        "The last set was at least {extra} repetitions over the target in "
        "{sessions} sessions, and pain stayed green: from {now} to {to} kg."
    ),
    "load.raise_reps": (
        "The last set was at least {extra} repetitions over the target in "
        "{sessions} sessions, and pain stayed green. The next step, {step} kg, is more "
        "than {max} %: first up to {reps} repetitions with {now} kg."
    ),
    "load.raise_step": (
        "The repetitions for the next step have been reached, and pain stayed green. "
        "{step} kg is more than {max} % over {now} kg: the therapist decides on it."
    ),
    "load.raise_level": (
        "The last set was at least {extra} repetitions over the target in "
        "{sessions} sessions, and pain stayed green: one step harder."
    ),
    "load.next_phase": (
        "The weeks of the phase are done and the last two sessions were green: phase "
        "{phase} with {to} kg."
    ),
    "load.next_phase_only": (
        "The weeks of the phase are done and the last two sessions were green: phase "
        "{phase}."
    ),
    "load.same": "Same load.",
    "load.same_no_follow_up": "Same load: no next-day value.",
    "load.same_no_during": "Same load: no value of the worst pain during the session.",
    "load.same_no_confidence": "Same load: confidence has not been asked.",
    "load.same_no_screen": "Same load: warning signs have not been asked about.",
    "load.same_not_judged": "Same load: the last session has not been judged yet.",
    "load.same_unknown": "Same load: too little is known to propose more.",
    "load.note_minimum": "The machine has no smaller load than {to} kg.",
    "load.note_no_load": "No load in kilograms is in force: the therapist chooses it.",
    "load.note_ask": "Confidence is {confidence} of 10: ask before raising.",
    "load.note_offer": (
        "{offered} kg would be more than {max} % at once: only if the therapist "
        "says so."
    ),
    "load.note_return": (
        "This is more than {max} % at once, towards a load that was in force before."
    ),
}


def sentence(key: str, params: Mapping[str, Value]) -> Sentence:
    """Return a sentence of the load table.

    Raises:
        KeyError: An unknown key, or a value that the sentence needs is missing.
    """
    text = TEMPLATES[key].format_map(params)
    return Sentence(key=key, params=params, text=text)


def kg(value_kg: Decimal | None) -> str:
    """Return a load as it is shown, without trailing zeros; a dash for none."""
    return "-" if value_kg is None else f"{value_kg.normalize():f}"
