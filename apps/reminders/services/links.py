"""Links in letters: each opens one form, signed out, and nothing else."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction

from apps.clinical.check_in_windows import is_in_window
from apps.clinics.models import Patient, PatientStatus
from apps.common import device_clock, tenancy
from apps.common.errors import ServiceError, WrongStateError
from apps.logbook.entry import CheckInEntry
from apps.logbook.models import CheckIn
from apps.logbook.queries import session_with_check_ins
from apps.logbook.services import record_check_in
from apps.reminders.models import AskedMoment, CheckInLink
from apps.reminders.queries import FollowUp, follow_up_of

# A phone may keep what was answered in time for so long before it has a signal.
KEPT_AFTER_CLOSING: Final = timedelta(days=7)


class NoSuchLinkError(ServiceError):
    """There never was such a link, or it is long over: which one is not told."""

    code = "no_such_link"
    status = 404
    title = "This link leads nowhere."


class LinkState(StrEnum):
    """What a link is good for now."""

    OPEN = "open"
    EARLY = "early"
    LATE = "late"
    ANSWERED = "answered"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLink:
    """A link with the form that it opens."""

    link: CheckInLink
    patient: Patient
    follow_up: FollowUp
    state: LinkState


def make_check_in_link(*, follow_up: FollowUp, now: datetime) -> str:
    """Return the secret of a new link to one check-in; only its hash is kept.

    Raises:
        IntegrityError: This check-in was asked for already.
    """
    token = secrets.token_urlsafe(32)
    session = follow_up.session
    CheckInLink.objects.create(
        clinic_id=session.clinic_id,
        patient_id=session.patient_id,
        session_id=session.public_id,
        moment=follow_up.moment,
        token_hash=_hashed(token),
        made_at=now,
        forgotten_at=follow_up.window.closes_at + KEPT_AFTER_CLOSING,
    )
    return token


def open_link(*, token: str, now: datetime, to_answer: bool = False) -> OpenedLink:
    """Return what a link leads to; opens the wall of its clinic in the transaction.

    ``to_answer`` locks it, so that it is used once.

    Raises:
        NoSuchLinkError: There is no such link, or not any more.
    """
    links = CheckInLink.objects.filter(token_hash=_hashed(token), forgotten_at__gt=now)
    link = (links.select_for_update() if to_answer else links).first()
    if link is None:
        raise NoSuchLinkError(
            "This link leads nowhere. Links are open for a short time only."
        )
    tenancy.enter_clinics([link.clinic_id])
    people = Patient.objects.select_related("clinic", "user")
    patient = people.get(pk=link.patient_id)
    session = session_with_check_ins(patient, session_id=link.session_id)
    has_account = patient.user is not None and patient.user.is_active
    if session is None or not has_account:
        raise NoSuchLinkError("This link leads nowhere.")
    follow_up = follow_up_of(session, AskedMoment(link.moment))
    return OpenedLink(
        link=link,
        patient=patient,
        follow_up=follow_up,
        state=_state(link, patient=patient, follow_up=follow_up, now=now),
    )


@transaction.atomic
def answer_by_link(
    *, token: str, entry: CheckInEntry, now: datetime
) -> tuple[CheckIn, bool]:
    """Store the one check-in that a link asks for; say whether it is new.

    Whose it is, of which session and for which moment says the link, whatever the
    entry says. What was answered in time is taken when it comes late, and a danger
    sign is taken at any time. Safe to repeat.

    Raises:
        NoSuchLinkError: There is no such link, or not any more.
        WrongStateError: It is too early or too late, or the session was taken out.
        InvalidEntryError: A value cannot be.
    """
    opened = open_link(token=token, now=now, to_answer=True)
    link, follow_up = opened.link, opened.follow_up
    is_repeat = link.used_for is not None and link.used_for == entry.id
    if not is_repeat:
        _require_open(opened, entry=entry, now=now)
    about = {
        "patient": opened.patient.public_id,
        "session": link.session_id,
        "moment": follow_up.moment.value,
    }
    check_in, is_new = record_check_in(
        entry=entry.model_copy(update=about), by=opened.patient.user, now=now
    )
    if not is_repeat:
        link.used_at, link.used_for = now, check_in.public_id
        link.save(update_fields=["used_at", "used_for"])
    return check_in, is_new


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _state(
    link: CheckInLink, *, patient: Patient, follow_up: FollowUp, now: datetime
) -> LinkState:
    is_gone = (
        follow_up.session.voided_at is not None
        or patient.status != PatientStatus.ACTIVE
    )
    if is_gone:
        return LinkState.GONE
    if link.used_at is not None or follow_up.is_answered:
        return LinkState.ANSWERED
    if now < follow_up.window.opens_at:
        return LinkState.EARLY
    return LinkState.LATE if now > follow_up.window.closes_at else LinkState.OPEN


def _require_open(opened: OpenedLink, *, entry: CheckInEntry, now: datetime) -> None:
    if opened.state == LinkState.GONE:
        raise WrongStateError("This session was taken out: nothing is asked any more.")
    if opened.state == LinkState.ANSWERED:
        raise WrongStateError("This is answered already. Thank you.")
    offset_s = device_clock.offset_s(entry.sent_at, now)
    answered_at = device_clock.corrected(entry.answered_at, offset_s)
    in_time = is_in_window(answered_at, window=opened.follow_up.window)
    if not in_time and not entry.red_flags:
        raise WrongStateError(
            "This question is not open at this time. In the app you can tell it still."
        )
