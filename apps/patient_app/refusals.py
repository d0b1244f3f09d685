"""Why something was refused, in the reader's words.

Services tell programs what is wrong, in English and by a code. Here a patient reads it:
by its code where the code says all, else as the service says it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.errors import ServiceError
from apps.logbook.entry import MAX_LOAD_KG

_NOT_POSSIBLE: Final = _("This answer is not possible here. Please look at it again.")
_SENT_BEFORE: Final = _(
    "This was sent before with other answers. What was sent first counts; to change "
    "it, correct that entry."
)
_NOT_OF_THE_PLAN: Final = _(
    "This does not fit the exercise. Please open the session anew and enter it there."
)

# A program looks for the record that is named; a person cannot.
_RECORD: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")

# Of one value, or of the entry as a whole.
WORDS: Final[Mapping[str, Any]] = {
    "already_recorded": _("This was recorded before, and there can be only one of it."),
    "clock_off": _(
        "The clock of this device is off by more than 48 hours. Set it and send the "
        "entry again."
    ),
    "contradiction": _NOT_POSSIBLE,
    "duplicate": _("This stands here twice."),
    "id_reused": _SENT_BEFORE,
    "in_future": _("This lies in the future. Please check the day and the time."),
    "invalid": _NOT_POSSIBLE,
    "invalid_choice": _NOT_POSSIBLE,
    "lasts_too_long": _("A session lasts at most 24 hours."),
    "max_length": _("This is too long."),
    "max_value": _("This is more than is possible here."),
    "min_length": _("This is too short."),
    "min_value": _("This is less than is possible here."),
    "not_for_this_exercise": _NOT_OF_THE_PLAN,
    "not_found": _("This is not there any more."),
    "not_here": _NOT_POSSIBLE,
    "not_on_scale": _NOT_POSSIBLE,
    "novel_reason": _NOT_POSSIBLE,
    "offset_required": _("This is not a time. Please enter it again."),
    "one_kind_of_load": _NOT_OF_THE_PLAN,
    "one_outcome": _NOT_OF_THE_PLAN,
    "option": _NOT_POSSIBLE,
    "out_of_order": _("A session ends after it starts."),
    "out_of_range": _("This day lies too far away. Please check the year."),
    "range": _NOT_POSSIBLE,
    "required": _("This is missing."),
    "reversal_unknown": _(
        "Your clinic has not finished setting this questionnaire up. Please tell your "
        "physiotherapist."
    ),
    "session_required": _(
        "We do not know which session this is about. Please open the check-in from "
        "the first page."
    ),
    "skipped_reason": _("Please say why you left it out."),
    "too_early": _("This lies too long ago. Please check the year."),
    "unknown": _("Your clinic does not know this. Please open the page anew."),
    "unknown_field": _NOT_POSSIBLE,
    "unknown_item": _NOT_POSSIBLE,
}


def fault_in_words(fault: Mapping[str, str]) -> str:
    """Return what is wrong with one value of an entry."""
    if fault["code"] == "max_value" and fault["pointer"].endswith("/load"):
        return gettext("A load is at most %(most)s kg.") % {"most": MAX_LOAD_KG}
    detail = fault["detail"]
    return str(WORDS.get(fault["code"]) or gettext(detail))


def refusal_in_words(error: ServiceError) -> str:
    """Return why an entry or a page as a whole was refused.

    What a page says itself is in the reader's language already, and stays.
    """
    if error.code == "id_reused" or _RECORD.search(error.detail):
        return str(WORDS.get(error.code, error.title))
    return gettext(error.detail)
