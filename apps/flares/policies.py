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
from apps.clinics.models import Clinic
from apps.clinics.services import languages_without_words
from apps.common.errors import WrongStateError
from apps.common.receipts import is_replay
from apps.common.tenancy import across_clinics
from apps.logbook.services.due import mark_for_judgement

from . import permissions, queries
from .entry import ShadowRequest, SignRequest
from .models import ClinicPolicy, DetectorPolicy, PolicyMode

SHIPPED: Final = (Numbers(),)
DRAFT: Final = "draft"


class ChangedPolicyError(Exception):
    """A stored version of a policy has other numbers than the one that is shipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInForce:
    """The stored policy, its numbers, and whether alerts reach people.

    ``signature`` holds who signed it and when, once somebody has.
    """

    row: DetectorPolicy
    numbers: Numbers
    is_live: bool
    signature: ClinicPolicy | None


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
        ClinicPolicy.objects.select_related("policy", "signed_by")
        .filter(clinic=clinic_id)
        .first()
    )
    row = _stored(SHIPPED[0]) if chosen is None else chosen.policy
    is_live = chosen is not None and chosen.mode == PolicyMode.LIVE
    return PolicyInForce(
        row=row,
        numbers=Numbers.from_mapping(row.content),
        is_live=is_live,
        signature=chosen if is_live else None,
    )


def status_in(policy: DetectorPolicy, *, in_force: PolicyInForce) -> str:
    """Return "live", "shadow" or, for a policy that judges nobody, "draft"."""
    if policy.pk != in_force.row.pk:
        return DRAFT
    return PolicyMode.LIVE if in_force.is_live else PolicyMode.SHADOW


@transaction.atomic
def sign_policy(
    *,
    clinic: Clinic,
    by: Any,
    now: datetime,
    policy: DetectorPolicy | None = None,
    request: SignRequest | None = None,
) -> ClinicPolicy:
    """Let a policy go live in a clinic, on the word of a person who works there.

    From now on its verdicts alert. What is open at this moment comes into the inbox
    without a mail, so everybody with a verdict is judged again. Safe to repeat.

    Args:
        policy: The one to sign; without it the one that the clinic judges by now.
        request: What the client sent, if it may send it twice.

    Raises:
        NotAllowedError: The person is neither therapist nor manager of the clinic.
        WrongStateError: The clinic has no emergency words in one of the languages, or
            the policy is its own and nobody has seen what it does to the past.
    """
    permissions.require_signer(by, clinic, now=now)
    policy = policy or policy_of(clinic.pk).row
    # Two signatures at once: the second one counts.
    signed, _ = ClinicPolicy.objects.select_for_update().get_or_create(
        clinic=clinic, defaults={"policy": policy}
    )
    if _was_sent_before(request, "policy.sign", policy=policy, by=by, now=now):
        return signed
    _require_words(clinic)
    _require_replay(policy, clinic=clinic)
    if signed.mode == PolicyMode.LIVE and signed.policy_id == policy.pk:
        return signed
    signed.policy, signed.mode = policy, PolicyMode.LIVE
    signed.signed_by, signed.signed_at = by, now
    signed.save()
    _tell("policy.sign", policy, clinic=clinic, by=by, now=now)
    _judge_everybody_again(clinic, now=now)
    return signed


@transaction.atomic
def shadow_policy(
    *,
    clinic: Clinic,
    policy: DetectorPolicy,
    request: ShadowRequest,
    by: Any,
    now: datetime,
) -> None:
    """Let the live policy of a clinic judge in the shadow: nobody is alerted by it.

    Alerts that are open stay as they are for people to resolve. Red flags go on.

    Raises:
        NotAllowedError: The person is neither therapist nor manager of the clinic.
        WrongStateError: The policy is not the live one.
    """
    permissions.require_signer(by, clinic, now=now)
    signed = ClinicPolicy.objects.select_for_update().filter(clinic=clinic).first()
    if _was_sent_before(request, "policy.shadow", policy=policy, by=by, now=now):
        return
    if (
        signed is None
        or signed.policy_id != policy.pk
        or signed.mode != PolicyMode.LIVE
    ):
        raise WrongStateError("Only the policy that is live goes back into the shadow.")
    signed.mode, signed.signed_by, signed.signed_at = PolicyMode.SHADOW, None, None
    signed.save()
    why = {"reason": request.reason}
    _tell("policy.shadow", policy, clinic=clinic, by=by, now=now, **why)


def _was_sent_before(
    request: SignRequest | ShadowRequest | None,
    target: str,
    *,
    policy: DetectorPolicy,
    by: Any,
    now: datetime,
) -> bool:
    return request is not None and is_replay(
        request=request, target=target, target_id=policy.public_id, by=by, now=now
    )


def _require_words(clinic: Clinic) -> None:
    if missing := languages_without_words(clinic):
        raise WrongStateError(
            f"Emergency words are missing in: {', '.join(missing)}. A clinic goes live "
            "only with them, general and for a crisis."
        )


def _require_replay(policy: DetectorPolicy, *, clinic: Clinic) -> None:
    is_own = policy.clinic_id is not None
    if is_own and not queries.has_been_replayed(policy, clinic=clinic):
        raise WrongStateError(
            f"Nobody has seen what {version_name(policy)} does to the clinic's past. "
            "Replay it first, and wait until the replay is done."
        )


def _tell(
    action: str,
    policy: DetectorPolicy,
    *,
    clinic: Clinic,
    by: Any,
    now: datetime,
    **more: str,
) -> None:
    record(
        action,
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=policy.public_id,
        detail={"policy": version_name(policy)} | more,
    )


def _judge_everybody_again(clinic: Clinic, *, now: datetime) -> None:
    for patient, first in queries.patients_with_verdicts(clinic):
        mark_for_judgement(
            patient=patient, from_started_at=first, due_at=now, reason="policy_signed"
        )


def _stored(numbers: Numbers) -> DetectorPolicy:
    content = numbers.to_mapping()
    digest = digest_of(content)
    row = queries.shipped_policy(key=numbers.key, version=numbers.version)
    if row is None:
        # Nobody inside a clinic's wall can add to what is shipped.
        with across_clinics():
            row, _ = DetectorPolicy.objects.get_or_create(
                clinic=None,
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
