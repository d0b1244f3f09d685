"""Putting mails into the outbox and handing them to the mail server."""

import logging
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formatdate
from smtplib import SMTPServerDisconnected
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Case, QuerySet, Value, When
from django.template.loader import render_to_string
from django.utils import translation

from apps.common.backoff import wait_after
from apps.common.celery import nudge_on_commit
from apps.common.tenancy import across_clinics

from .models import MailState, OutboxMail

logger = logging.getLogger(__name__)

SEND_OUTBOX = "messaging.send_outbox"
MOST_A_SWEEP = 500
GIVE_UP_AFTER = 12
# Somebody must hear of it however long the server is away; until then /healthz tells.
NEVER_GIVEN_UP = ("alert", "escalation")
LONGEST_WAIT = timedelta(hours=6)
WAIT_WHILE_AWAY = timedelta(minutes=1)
# Longer than the slowest conversation: every step of it may last EMAIL_TIMEOUT.
LEASE = timedelta(minutes=5)
# Whoever reads the table later must not be able to sign in with what it says.
HOLDS_A_SECRET = ("sign_in_code", "invitation", "check_in_due")
OUTCOME = (
    "state",
    "sent_at",
    "attempts",
    "last_error",
    "next_attempt_at",
    "suppressed_reason",
    "body_text",
    "body_html",
)


class MailServerAwayError(Exception):
    """No conversation with the mail server could be begun."""


@dataclass(frozen=True, slots=True)
class SendReport:
    """What one sweep of the outbox did; ``away`` is 1 if the server was not there.

    ``held_up`` counts the mails that the server did not take yet and that wait for
    another attempt, whichever sweep tried them.
    """

    sent: int
    failed: int
    dead: int
    away: int = 0
    held_up: int = 0


def queue_mail(
    template: str,
    *,
    to: str,
    language: str,
    context: dict[str, Any],
    reason_key: str,
    now: datetime,
    clinic_id: int | None = None,
    patient_id: int | None = None,
    not_before: datetime | None = None,
) -> None:
    """Write one mail from ``templates/emails/<template>/`` and wake the sender.

    Safe to repeat: a second mail with the same ``reason_key`` is not written.
    """
    context = {**context, "base_url": settings.BASE_URL}
    with translation.override(language):
        folder = f"emails/{template}"
        subject = render_to_string(f"{folder}/subject.txt", context)
        mail = OutboxMail(
            clinic_id=clinic_id,
            patient_id=patient_id,
            kind=template,
            reason_key=reason_key,
            to_address=to,
            # A subject is one line: a line break would start a new header.
            subject=" ".join(subject.split())[:200],
            body_text=render_to_string(f"{folder}/body.txt", context),
            body_html=render_to_string(f"{folder}/body.html", context),
            created_at=now,
            next_attempt_at=not_before or now,
        )
    OutboxMail.objects.bulk_create([mail], ignore_conflicts=True)
    nudge_on_commit(SEND_OUTBOX)


def suppress_mail(*, reason_key: str, why: str) -> bool:
    """Keep a mail that is still waiting from being sent; say whether there was one.

    A mail on its way to the server is left to it, but not tried again.
    """
    return bool(_suppress(OutboxMail.objects.filter(reason_key=reason_key), why=why))


def suppress_mails(*, reason_prefix: str, why: str, keep_prefix: str = "") -> int:
    """Keep waiting mails from being sent and return how many there were.

    Args:
        reason_prefix: How the reasons of all these mails begin; must not be empty.
        why: Kept with each mail.
        keep_prefix: Mails whose reasons begin so are left alone.
    """
    mails = OutboxMail.objects.filter(reason_key__startswith=reason_prefix)
    if keep_prefix:
        mails = mails.exclude(reason_key__startswith=keep_prefix)
    return _suppress(mails, why=why)


def suppress_mails_to(
    address: str,
    *,
    clinic_id: int | None,
    patient_id: int | None,
    why: str,
    keep_kinds: Collection[str] = (),
) -> int:
    """Keep waiting mails about one patient to one address from being sent.

    Return how many there were. Mails of ``keep_kinds`` are left alone. Without a clinic
    and a patient: those about the account, which sweeps alone can read.
    """
    mails = OutboxMail.objects.filter(
        clinic_id=clinic_id, patient_id=patient_id, to_address__iexact=address
    )
    return _suppress(mails.exclude(kind__in=keep_kinds), why=why)


def _suppress(mails: QuerySet[OutboxMail], *, why: str) -> int:
    # Nobody holds these locks for longer than it takes to note something.
    unsent = list(
        mails.filter(state__in=(MailState.PENDING, MailState.SENDING))
        .select_for_update()
        .order_by("pk")
    )
    waiting = [mail for mail in unsent if mail.state == MailState.PENDING]
    for mail in unsent:
        mail.suppressed_reason = why[:200]
    for mail in waiting:
        _end(mail, MailState.SUPPRESSED)
    OutboxMail.objects.bulk_update(unsent, OUTCOME)
    return len(waiting)


def release_mail(*, reason_key: str, suppressed_because: str, at: datetime) -> bool:
    """Let a mail out that was suppressed for this reason; say whether there was one.

    It goes out at ``at`` at the earliest, unless it is on its way already. A mail that
    held a secret has forgotten it and cannot be released.
    """
    is_suppressed = When(state=MailState.SUPPRESSED, then=Value(MailState.PENDING))
    held = OutboxMail.objects.filter(
        reason_key=reason_key,
        state__in=(MailState.SUPPRESSED, MailState.SENDING),
        suppressed_reason=suppressed_because,
    ).exclude(kind__in=HOLDS_A_SECRET)
    released = held.update(
        state=Case(is_suppressed, default="state"),
        next_attempt_at=Case(
            When(state=MailState.SUPPRESSED, then=Value(at)), default="next_attempt_at"
        ),
        suppressed_reason="",
    )
    if released:
        nudge_on_commit(SEND_OUTBOX)
    return bool(released)


def send_outbox(*, now: datetime) -> SendReport:
    """Hand every due mail to the mail server, outside any transaction.

    A mail is claimed until its lease ends and marked sent only after the server took
    it. A process that dies in between leaves it to be sent again when the lease has run
    out, with the same Message-ID. Two senders at once take different mails. A server
    that is away ends the sweep and costs no mail an attempt, or an outage would make
    the waiting ones give up.
    """
    counts = {"sent": 0, "failed": 0, "dead": 0, "away": 0}
    begun_s = time.monotonic()
    _end_leases(now=now)
    connection = get_connection()
    try:
        for _ in range(MOST_A_SWEEP):
            # A long sweep must not claim with a lease that is nearly over.
            elapsed = timedelta(seconds=time.monotonic() - begun_s)
            mail = _claim(now=now, until=now + elapsed + LEASE)
            if mail is None:
                break
            error = _try_to_send(mail, connection=connection)
            outcome = _settle(mail, error=error, now=now)
            counts[outcome] += 1
            if outcome == "away":
                break
    finally:
        _close(connection)
    return SendReport(**counts, held_up=_held_up())


def _held_up() -> int:
    with across_clinics():
        waiting = OutboxMail.objects.filter(state=MailState.PENDING)
        return waiting.exclude(last_error="").count()


def _end_leases(*, now: datetime) -> None:
    with across_clinics():
        mails = list(
            OutboxMail.objects.select_for_update(skip_locked=True)
            .filter(state=MailState.SENDING, next_attempt_at__lte=now)
            .order_by("next_attempt_at", "id")[:MOST_A_SWEEP]
        )
        for mail in mails:
            logger.warning("The lease of mail %s ran out before its mark", mail.pk)
            _let_wait(mail)
        OutboxMail.objects.bulk_update(mails, OUTCOME)


def _claim(*, now: datetime, until: datetime) -> OutboxMail | None:
    with across_clinics():
        mail = (
            OutboxMail.objects.select_for_update(skip_locked=True)
            .filter(state=MailState.PENDING, next_attempt_at__lte=now)
            .order_by("next_attempt_at", "id")
            .first()
        )
        if mail is not None:
            mail.state, mail.next_attempt_at = MailState.SENDING, until
            mail.save(update_fields=["state", "next_attempt_at"])
        return mail


def _try_to_send(mail: OutboxMail, *, connection: BaseEmailBackend) -> Exception | None:
    try:
        _hand_over(mail, connection=connection)
    except MailServerAwayError as error:
        return error
    except Exception as error:  # noqa: BLE001
        # Broad on purpose: whatever the server did, the next mail comes first.
        _close(connection)
        return error
    return None


def _settle(claimed: OutboxMail, *, error: Exception | None, now: datetime) -> str:
    with across_clinics():
        # Read again: it may have been withdrawn, or taken over after the lease.
        mail = (
            OutboxMail.objects.select_for_update()
            .filter(
                pk=claimed.pk,
                state=MailState.SENDING,
                next_attempt_at=claimed.next_attempt_at,
            )
            .first()
        )
        outcome = _note(mail or claimed, error=error, now=now)
        if mail is None:
            logger.warning("Mail %s took longer than its lease", claimed.pk)
        else:
            mail.save(update_fields=OUTCOME)
        return outcome


def _note(mail: OutboxMail, *, error: Exception | None, now: datetime) -> str:
    if isinstance(error, MailServerAwayError):
        mail.last_error = _told(error)
        mail.next_attempt_at = now + WAIT_WHILE_AWAY
        _let_wait(mail)
        logger.warning("The mail server is away (%s)", type(error.__cause__).__name__)
        return "away"
    mail.attempts += 1
    if error is not None:
        return _put_back(mail, error=error, now=now)
    _end(mail, MailState.SENT)
    mail.sent_at, mail.last_error = now, ""
    return "sent"


def _let_wait(mail: OutboxMail) -> None:
    mail.state = MailState.PENDING
    if mail.suppressed_reason:
        _end(mail, MailState.SUPPRESSED)


def _end(mail: OutboxMail, state: MailState) -> None:
    mail.state = state
    if mail.kind in HOLDS_A_SECRET:
        mail.body_text = mail.body_html = ""


def _hand_over(mail: OutboxMail, *, connection: BaseEmailBackend) -> None:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.body_text,
        to=[mail.to_address],
        headers={
            "Message-ID": f"<{mail.pk}@{settings.MESSAGE_ID_DOMAIN}>",
            "Date": formatdate(mail.created_at.timestamp()),
            "Auto-Submitted": "auto-generated",
        },
        connection=connection,
    )
    message.attach_alternative(mail.body_html, "text/html")
    # A connection that stays open is used for the next mail too.
    is_new = _open(connection)
    try:
        message.send()
    except SMTPServerDisconnected:
        # Servers end a conversation after so many mails: begin another one, once.
        if is_new:
            raise
        _close(connection)
        _open(connection)
        message.send()


def _open(connection: BaseEmailBackend) -> bool:
    try:
        return bool(connection.open())
    except OSError as error:
        # Every error of smtplib is an OSError too: refused, silent, wrong password.
        _close(connection)
        raise MailServerAwayError(f"{type(error).__name__}: {error}") from error


def _put_back(mail: OutboxMail, *, error: Exception, now: datetime) -> str:
    mail.last_error = _told(error)
    if mail.attempts >= GIVE_UP_AFTER and mail.kind not in NEVER_GIVEN_UP:
        _end(mail, MailState.DEAD)
        logger.error("Gave up on mail %s after %s attempts", mail.pk, mail.attempts)
        return "dead"
    mail.next_attempt_at = now + wait_after(mail.attempts, longest=LONGEST_WAIT)
    _let_wait(mail)
    logger.warning("Mail %s not sent (%s)", mail.pk, type(error).__name__)
    return "failed"


def _told(error: Exception) -> str:
    # PostgreSQL cannot keep a NUL, whatever the server said.
    return f"{type(error).__name__}: {error}".replace("\x00", " ")[:300]


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError:
        # The server hung up first; there is nothing left to close.
        logger.info("The mail server had closed the connection.")
