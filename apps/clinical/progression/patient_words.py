"""What a patient reads about a load that was decided on by the load table.

The table explains itself to therapists: it speaks of open flares and of patterns that
may be forming, which is theirs to tell. A patient reads one calm sentence a row.

Source:
    The words are ours [D], and so is that a patient hears no more of the detector than
    that pain was higher than usual.
"""

import re
from collections.abc import Mapping
from typing import Final

FOR_PATIENTS: Final[Mapping[int, str]] = {
    3: (
        "Less than before, because your pain was higher than usual for you after a "
        "session. This happens and usually settles."
    ),
    4: "As before, until you and your physiotherapist have talked about it.",
    5: "You start again with less after a long time without a session.",
    6: "Less than before, because some weeks have passed since your last session.",
    7: "Less than before, because some days have passed since your last session.",
    8: "Careful for now, because your pain rose with the last session.",
    9: "As before for now.",
    10: (
        "As before for one session: sore muscles after something new are to be "
        "expected, and pass."
    ),
    11: "As before for now.",
    12: "As before for now.",
    13: "The last sessions went well: one step more.",
    14: "The weeks of this part are done, and the last sessions went well.",
    15: "As before.",
    16: "The last two sessions went well: back towards the earlier load.",
}
"""By the row of the load table; rows that put no load in force are not here."""

_BY_RULE: Final = re.compile(r"Rule (\d+): .+", re.DOTALL)
_INSTEAD: Final = re.compile(r"(.+) \(instead of rule \d+: [^()]*\)", re.DOTALL)


def rule_in(reason: str) -> int | None:
    """Return the row of the table that a reason was taken over from, if any."""
    found = _BY_RULE.fullmatch(reason)
    number = int(found[1]) if found else None
    return number if number in FOR_PATIENTS else None


def own_words_in(reason: str) -> str:
    """Return a reason without what was proposed instead, which is not the patient's."""
    found = _INSTEAD.fullmatch(reason)
    return found[1] if found else reason


def for_patients(reason: str) -> str:
    """Return a reason as a patient reads it: a row's sentence, or a person's words."""
    rule = rule_in(reason)
    return own_words_in(reason) if rule is None else FOR_PATIENTS[rule]
