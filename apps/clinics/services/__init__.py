"""Writes owned by clinics: people, invitations, care teams."""

from .care import GLASS_STAYS_BROKEN, add_to_care_team, break_glass
from .consent import WITHDRAWN_MAIL, decide_consent, write_consent_text
from .due import DRAFT_DUE, mark_proposals_due
from .invitations import (
    INVITATION_LASTS,
    InvitationSpentError,
    accept_invitation,
    invite_staff,
)
from .messages import ALWAYS_SENT, NOT_ALLOWED, queue_patient_mail, silence
from .opening import (
    create_clinic,
    invite_first_manager,
    languages_without_words,
    set_emergency_words,
)
from .own_settings import choose_own_settings
from .patients import correct_patient, invite_again, invite_patient

__all__ = [
    "ALWAYS_SENT",
    "DRAFT_DUE",
    "GLASS_STAYS_BROKEN",
    "INVITATION_LASTS",
    "NOT_ALLOWED",
    "WITHDRAWN_MAIL",
    "InvitationSpentError",
    "accept_invitation",
    "add_to_care_team",
    "break_glass",
    "choose_own_settings",
    "correct_patient",
    "create_clinic",
    "decide_consent",
    "invite_again",
    "invite_first_manager",
    "invite_patient",
    "invite_staff",
    "languages_without_words",
    "mark_proposals_due",
    "queue_patient_mail",
    "set_emergency_words",
    "silence",
    "write_consent_text",
]
