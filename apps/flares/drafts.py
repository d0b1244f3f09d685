"""A clinic's own policies: new versions with other numbers, which judge nobody yet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from apps.audit.services import record
from apps.clinical.flare.policy import DetectorPolicy as Numbers
from apps.clinics.models import Clinic
from apps.common.client_records import id_reused
from apps.common.errors import InvalidEntryError, NotThereError
from apps.common.ids import uuid7
from apps.common.shapes import pointer_to

from . import permissions, queries
from .entry import PolicyEntry
from .models import DetectorPolicy
from .policies import digest_of
from .policy_limits import SHIPPED, faults_of, number_names

# Apart from the keys that are shipped: an update may bring their next version.
OWN_KEY: Final = "own"


@transaction.atomic
def draft_policy(
    *, entry: PolicyEntry, clinic: Clinic, by: Any, now: datetime
) -> tuple[DetectorPolicy, bool]:
    """Store the next version of a clinic's own numbers, and say whether it is new.

    It judges nobody until somebody signs it. A version never changes; to change a
    draft is to draft the next one over it. Safe to repeat with the same id.

    Raises:
        NotAllowedError: The person is neither therapist nor manager of the clinic.
        InvalidEntryError: A number is unknown or cannot be, or nothing is changed.
        IdReusedError: The id belongs to something else.
    """
    permissions.require_signer(by, clinic, now=now)
    # Two versions at once must not get the same number.
    Clinic.objects.select_for_update(no_key=True).only("pk").get(pk=clinic.pk)
    if entry.id is not None:
        sent_before = queries.own_policy(clinic, entry.id)
        if sent_before is not None:
            _require_same(sent_before, entry)
            return sent_before, False
    base = _base(entry, clinic=clinic)
    policy = _row(entry, base=base, clinic=clinic, by=by, now=now)
    DetectorPolicy.objects.bulk_create([policy], ignore_conflicts=True)
    stored = queries.own_policy(clinic, policy.public_id)
    if stored is None:
        # The id is taken behind another clinic's wall.
        raise id_reused()
    record(
        "policy.draft",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=stored.public_id,
        detail={
            "policy": f"{stored.key}-{stored.version}",
            "based_on": f"{base.key}-{base.version}",
            "changes": sorted(entry.changes),
        },
    )
    return stored, True


def _require_same(stored: DetectorPolicy, entry: PolicyEntry) -> None:
    if stored.request_digest != entry.digest():
        raise id_reused()


def _base(entry: PolicyEntry, *, clinic: Clinic) -> DetectorPolicy:
    try:
        return queries.policy_in(clinic, entry.based_on)
    except NotThereError as error:
        raise InvalidEntryError.at(
            "/based_on",
            code="not_found",
            detail="There is no such policy. GET /alert-policies/ lists them.",
        ) from error


def _row(
    entry: PolicyEntry,
    *,
    base: DetectorPolicy,
    clinic: Clinic,
    by: Any,
    now: datetime,
) -> DetectorPolicy:
    version = queries.newest_own_version(clinic) + 1
    numbers = _numbers(entry.changes, base=base.content, version=version)
    content = numbers.to_mapping()
    return DetectorPolicy(
        public_id=entry.id or uuid7(),
        clinic=clinic,
        key=numbers.key,
        version=version,
        content=content,
        digest=digest_of(content),
        based_on=base,
        reason=entry.reason,
        drafted_by=by,
        drafted_at=now,
        request_digest=entry.digest(),
    )


def _numbers(
    changes: Mapping[str, Any], *, base: Mapping[str, Any], version: int
) -> Numbers:
    if faults := faults_of(changes, base=base):
        raise InvalidEntryError(
            [
                {
                    "pointer": pointer_to("changes", each.name),
                    "code": each.code,
                    "detail": each.detail,
                }
                for each in faults
            ]
        )
    if all(base[name] == value for name, value in changes.items()):
        raise InvalidEntryError.at(
            "/changes",
            code="no_change",
            detail="All of these numbers are those of the policy already.",
        )
    # 20 and 20.0 are one number, and one policy.
    typed = {
        name: type(getattr(SHIPPED, name))(changes.get(name, base[name]))
        for name in number_names()
    }
    return Numbers.from_mapping(typed | {"key": OWN_KEY, "version": version})
