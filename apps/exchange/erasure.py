"""Patients ask to be erased; a sweep does it when they can no longer take it back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, Value, When

from apps.accounts.models import ApiToken, User
from apps.accounts.services import forget_sessions_over, forget_sign_ins
from apps.audit.services import record
from apps.clinics.models import Invitation, Membership, Patient, PatientStatus
from apps.clinics.permissions import require_own_record
from apps.clinics.queries import managers
from apps.clinics.services import queue_patient_mail
from apps.common.backoff import wait_after
from apps.common.errors import (
    AlreadyRecordedError,
    InvalidEntryError,
    NotThereError,
    WrongStateError,
)
from apps.common.receipts import is_replay
from apps.common.shapes import ChangeRequest
from apps.common.tenancy import across_clinics, in_clinic
from apps.messaging.models import OutboxMail
from apps.messaging.services import queue_mail, suppress_mails_to
from apps.pain_tests.models import PainTest
from apps.programmes.services import end_for_leaver

from .entry import ErasureEntry
from .erasure_fields import CLEARED, ERASED, TEXT
from .exports import discard_files
from .models import ErasureRequest
from .takeout.kinds import KINDS
from .takeout.rows import queryset

logger = logging.getLogger(__name__)

CARRY_OUT: Final = "exchange.carry_out_erasures"
TIME_TO_TAKE_BACK: Final = timedelta(days=14)
LONGEST_WAIT: Final = timedelta(hours=6)
MOST_A_SWEEP: Final = 100
WHY_SUPPRESSED: Final = "Its recipient was erased."


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasuresReport:
    """How many people one sweep erased, and could not.

    ``held_up`` counts those who wait for another attempt, whichever sweep failed.
    """

    erased: int
    failed: int
    held_up: int


@transaction.atomic
def ask_erasure(*, entry: ErasureEntry, by: Any, now: datetime) -> ErasureRequest:
    """Return the wish of a patient to be erased; patient and managers get a mail.

    Raises:
        NotAllowedError: The user is nobody's patient.
        InvalidEntryError: The confirmation is not the patient's address.
        AlreadyRecordedError: They have asked already.
    """
    patient = require_own_record(by)
    if is_replay(
        request=entry,
        target="erasures.ask",
        target_id=patient.public_id,
        by=by,
        now=now,
    ):
        return ErasureRequest.objects.filter(patient=patient).latest("pk")
    if entry.confirmation.casefold() != patient.email.casefold():
        raise InvalidEntryError.at(
            "/confirmation",
            code="does_not_match",
            detail="Type the e-mail address with which you sign in here.",
        )
    request = _insert(patient, by=by, now=now)
    _note(request, "erasure.ask", by=by, now=now)
    _tell(request, now=now)
    return request


@transaction.atomic
def take_back(
    *, request_id: UUID, entry: ChangeRequest, by: Any, now: datetime
) -> ErasureRequest:
    """Take one's own wish back. Safe to repeat.

    Raises:
        NotThereError: There is none, or it is somebody else's.
        WrongStateError: It was carried out.
    """
    request = (
        ErasureRequest.objects.select_for_update(of=("self",))
        .select_related("patient")
        .filter(public_id=request_id, patient__user=by)
        .first()
    )
    if request is None:
        raise NotThereError("You have not asked for this.")
    if is_replay(
        request=entry, target="erasures.back", target_id=request_id, by=by, now=now
    ):
        return request
    if request.erased_at is not None:
        raise WrongStateError("This was carried out and cannot be taken back.")
    if request.taken_back_at is None:
        request.taken_back_at, request.taken_back_by = now, by
        request.save(update_fields=["taken_back_at", "taken_back_by"])
        _note(request, "erasure.take_back", by=by, now=now)
    return request


def carry_out_erasures(*, now: datetime) -> ErasuresReport:
    """Erase everybody whose time to take it back is over.

    Each has a transaction of its own: it happens wholly or not at all, and nobody waits
    for somebody else's broken record. Safe to repeat.
    """
    forget_sessions_over(now=now)
    erased = failed = 0
    for clinic_id, request_pk in _due(now=now):
        try:
            erased += _carry_out(clinic_id, request_pk, now=now)
        except Exception:
            # Broad on purpose: whatever went wrong, the next person comes first.
            logger.exception("Could not carry out erasure request %s", request_pk)
            failed += 1
            _put_off(clinic_id, request_pk, now=now)
    with across_clinics():
        held_up = ErasureRequest.objects.waiting().filter(attempts__gt=0).count()
    return ErasuresReport(erased=erased, failed=failed, held_up=held_up)


def _insert(patient: Patient, *, by: Any, now: datetime) -> ErasureRequest:
    try:
        with transaction.atomic():
            return ErasureRequest.objects.create(
                clinic_id=patient.clinic_id,
                patient=patient,
                asked_by=by,
                asked_at=now,
                due_at=now + TIME_TO_TAKE_BACK,
            )
    except IntegrityError as error:
        if "exchange_erasurerequest_one_at_a_time" not in str(error):
            raise
        raise AlreadyRecordedError("You have asked for this already.") from error


def _tell(request: ErasureRequest, *, now: datetime) -> None:
    patient = request.patient
    queue_patient_mail(
        "erasure_asked",
        patient=patient,
        context={"clinic": patient.clinic.name, "until": request.due_at},
        reason_key=f"erasure:{request.public_id}:patient",
        now=now,
    )
    for manager in managers(patient.clinic_id, now=now):
        queue_mail(
            "erasure_waits",
            to=manager.email,
            language=manager.language,
            context={"clinic": patient.clinic.name, "until": request.due_at},
            reason_key=f"erasure:{request.public_id}:{manager.public_id}",
            now=now,
            clinic_id=patient.clinic_id,
            patient_id=patient.pk,
        )


def _due(*, now: datetime) -> list[tuple[int, int]]:
    with across_clinics():
        rows = ErasureRequest.objects.waiting().filter(due_at__lte=now)
        return list(
            rows.order_by("due_at", "pk").values_list("clinic", "pk")[:MOST_A_SWEEP]
        )


def _carry_out(clinic_id: int, request_pk: int, *, now: datetime) -> int:
    with in_clinic(clinic_id):
        request = _locked(request_pk)
        if request is None:
            return 0
        # Whoever is recording for them ends first, and whoever comes then finds nobody.
        patient = (
            Patient.objects.select_for_update(of=("self",), no_key=True)
            .select_related("clinic", "user")
            .get(pk=request.patient_id)
        )
        ends_account = patient.user is not None and not _needed(patient, now=now)
        _erase(patient, ends_account=ends_account, now=now)
        request.erased_at = now
        request.save(update_fields=["erased_at"])
        detail = {"account_ended": ends_account}
        _note(request, "erasure.carry_out", by=None, now=now, detail=detail)
    return 1


def _locked(request_pk: int) -> ErasureRequest | None:
    found: ErasureRequest | None = (
        ErasureRequest.objects.waiting()
        .select_for_update(of=("self",), skip_locked=True)
        .filter(pk=request_pk)
        .first()
    )
    return found


def _put_off(clinic_id: int, request_pk: int, *, now: datetime) -> None:
    with in_clinic(clinic_id):
        request = _locked(request_pk)
        if request is None:
            return
        request.attempts = min(request.attempts + 1, 1000)
        request.due_at = now + wait_after(request.attempts, longest=LONGEST_WAIT)
        request.save(update_fields=["attempts", "due_at"])


def _needed(patient: Patient, *, now: datetime) -> bool:
    """Say whether the person works somewhere or is treated elsewhere."""
    if Membership.objects.active_at(now).filter(user=patient.user).exists():
        return True
    with across_clinics():
        others = Patient.objects.filter(user=patient.user).exclude(pk=patient.pk)
        return bool(others.exists())


def _erase(patient: Patient, *, ends_account: bool, now: datetime) -> None:
    user, address = patient.user, patient.email
    nobody = f"erased-{patient.public_id}@erased.invalid"
    suppress_mails_to(
        address,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        why=WHY_SUPPRESSED,
    )
    end_for_leaver(patient=patient, now=now)
    discard_files(patient)
    _clear_columns(patient)
    _clear_overrides(patient)
    Invitation.objects.filter(patient_id=patient.pk).update(
        email=nobody, expires_at=now
    )
    OutboxMail.objects.filter(
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        to_address__iexact=address,
    ).update(to_address=nobody)
    Patient.objects.filter(pk=patient.pk).update(
        email=nobody,
        given_name=ERASED,
        family_name=ERASED,
        diagnosed_on=None,
        user=None,
        status=PatientStatus.ENDED,
    )
    if ends_account and user is not None:
        _end_account(user, now=now)


def _clear_columns(patient: Patient) -> None:
    with _append_only_words_may_go():
        for kind in KINDS:
            columns = CLEARED.get(kind.model)
            if columns:
                cleared = {
                    name: _emptied(name) if value == TEXT else value
                    for name, value in columns.items()
                }
                keys = queryset(kind, patient).values("pk")
                model = apps.get_model(kind.model)
                model._default_manager.filter(pk__in=keys).update(**cleared)


@contextmanager
def _append_only_words_may_go() -> Iterator[None]:
    """Let rows that can only be added lose their words, and nothing else of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.erasing', 'on', true)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.erasing', '', true)")


def _emptied(name: str) -> Case:
    return Case(When(**{name: ""}, then=Value("")), default=Value(ERASED))


def _clear_overrides(patient: Patient) -> None:
    for test in PainTest.objects.filter(patient=patient).select_for_update():
        if test.preparation.get("override_reason"):
            test.preparation["override_reason"] = ERASED
            test.save(update_fields=["preparation"])


def _end_account(user: User, *, now: datetime) -> None:
    """End every way to sign in; who did what stays told by the account's id."""
    address, nobody = user.email, f"erased-{user.public_id}@erased.invalid"
    _clear_account_mails(address, nobody=nobody)
    # Also to a clinic where the person worked once.
    Invitation.objects.filter(accepted_by=user).update(email=nobody, name=ERASED)
    forget_sign_ins(user)
    user.email = nobody
    user.name, user.is_active = ERASED, False
    user.set_unusable_password()
    user.save(update_fields=["email", "name", "is_active", "password"])
    tokens = ApiToken.objects.filter(user=user)
    tokens.update(name=ERASED)
    tokens.filter(revoked_at__isnull=True).update(revoked_at=now)
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()


def _clear_account_mails(address: str, *, nobody: str) -> None:
    """Clear what no clinic wrote: codes to sign in, and news of passkeys."""
    with across_clinics():
        suppress_mails_to(address, clinic_id=None, patient_id=None, why=WHY_SUPPRESSED)
        mails = OutboxMail.objects.filter(
            clinic_id__isnull=True, to_address__iexact=address
        )
        words = {name: _emptied(name) for name in CLEARED["messaging.OutboxMail"]}
        mails.update(to_address=nobody, **words)


def _note(
    request: ErasureRequest,
    action: str,
    *,
    by: Any,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    record(
        action,
        by=by,
        now=now,
        clinic_id=request.clinic_id,
        patient_id=request.patient_id,
        subject_id=request.public_id,
        detail=detail,
    )
