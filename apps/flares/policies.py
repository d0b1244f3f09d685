"""Which numbers a clinic judges by, and whether its alerts reach people."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from apps.audit.services import record
from apps.clinical.flare.policy import DetectorPolicy as Numbers
from apps.clinics.models import Clinic, Role
from apps.clinics.queries import roles_in
from apps.clinics.services import languages_without_words
from apps.common.errors import NotAllowedError, WrongStateError
from apps.logbook.services.due import mark_for_judgement

from . import queries
from .models import ClinicPolicy, DetectorPolicy, PolicyMode

SHIPPED: Final = (Numbers(),)
WHO_SIGNS: Final = frozenset({Role.THERAPIST.value, Role.MANAGER.value})


class ChangedPolicyError(Exception):
    """A stored version of a policy has other numbers than the one that is shipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInForce:
    """The stored policy, its numbers, and whether alerts reach people."""

    row: DetectorPolicy
    numbers: Numbers
    is_live: bool


def version_name(policy: DetectorPolicy | Numbers) -> str:
    """Return how a policy is told at every border, such as "eih-1"."""
    return f"{policy.key}-{policy.version}"


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the fingerprint by which the numbers of a policy are known again."""
    canonical = json.dumps(content, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def load_policies() -> list[DetectorPolicy]:
    """Store the shipped policies and return them. Safe to repeat.

    Raises:
        ChangedPolicyError: A version is stored with other numbers. A change needs a
            new version, because verdicts name the one that made them.
    """
    return [_stored(numbers) for numbers in SHIPPED]


def policy_of(clinic_id: int) -> PolicyInForce:
    """Return what a clinic judges by; without a signature the first one, in shadow."""
    chosen = (
        ClinicPolicy.objects.select_related("policy").filter(clinic=clinic_id).first()
    )
    row = _stored(SHIPPED[0]) if chosen is None else chosen.policy
    return PolicyInForce(
        row=row,
        numbers=Numbers.from_mapping(row.content),
        is_live=chosen is not None and chosen.mode == PolicyMode.LIVE,
    )


@transaction.atomic
def sign_policy(
    *, clinic: Clinic, by: Any, now: datetime, policy: DetectorPolicy | None = None
) -> ClinicPolicy:
    """Let a policy go live in a clinic, on the word of a person who works there.

    From now on its verdicts alert. What is open at this moment comes into the inbox
    without a mail, so everybody with a verdict is judged again. Safe to repeat.

    Args:
        policy: The one to sign; without it the one that the clinic judges by now.

    Raises:
        NotAllowedError: The person is neither therapist nor manager of the clinic.
        WrongStateError: The clinic has no emergency words in one of the languages.
    """
    if not WHO_SIGNS & roles_in(by, clinic.pk, now=now):
        raise NotAllowedError("A therapist or manager of the clinic signs its policy.")
    if missing := languages_without_words(clinic):
        raise WrongStateError(
            f"Emergency words are missing in: {', '.join(missing)}. A clinic goes live "
            "only with them, general and for a crisis."
        )
    policy = policy or policy_of(clinic.pk).row
    signed, _ = ClinicPolicy.objects.select_for_update().get_or_create(
        clinic=clinic, defaults={"policy": policy}
    )
    if signed.mode == PolicyMode.LIVE and signed.policy_id == policy.pk:
        return signed
    signed.policy, signed.mode = policy, PolicyMode.LIVE
    signed.signed_by, signed.signed_at = by, now
    signed.save()
    record(
        "policy.sign",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=policy.public_id,
        detail={"policy": version_name(policy)},
    )
    _judge_everybody_again(clinic, now=now)
    return signed


def _judge_everybody_again(clinic: Clinic, *, now: datetime) -> None:
    for patient, first in queries.patients_with_verdicts(clinic):
        mark_for_judgement(
            patient=patient, from_started_at=first, due_at=now, reason="policy_signed"
        )


def _stored(numbers: Numbers) -> DetectorPolicy:
    content = numbers.to_mapping()
    digest = digest_of(content)
    row, _ = DetectorPolicy.objects.get_or_create(
        key=numbers.key,
        version=numbers.version,
        defaults={"content": content, "digest": digest},
    )
    if row.digest != digest:
        raise ChangedPolicyError(
            f"Policy {version_name(row)} is stored with other numbers. Verdicts name "
            "it, so it cannot change: give the new numbers a new version."
        )
    return row
