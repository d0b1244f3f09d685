"""Who may change a response. Whoever sees a patient may fill a form for them."""

from typing import Any

from apps.common.errors import NotAllowedError

from .models import QuestionnaireResponse


def is_staff_for(user: Any, response: QuestionnaireResponse) -> bool:
    """Tell whether the user, who may see it, sees bands and change too."""
    return bool(response.patient.user_id != user.pk)


def require_may_change(user: Any, response: QuestionnaireResponse) -> None:
    """Let the care team change everything, and patients what they entered themselves.

    Raises:
        NotAllowedError: A patient would change what somebody else entered.
    """
    if response.patient.user_id == user.pk and response.entered_by_id != user.pk:
        raise NotAllowedError("Your therapist entered this. Ask them to correct it.")
