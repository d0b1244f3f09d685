"""Decide which numbers and formulas a clinic follows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit.services import record
from apps.clinics.models import Clinic, Role
from apps.clinics.permissions import require_role
from apps.clinics.services import mark_proposals_due
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.common.receipts import is_replay
from apps.common.shapes import pointer_to
from apps.programmes import queries
from apps.programmes.entry import ClinicRulesEntry
from apps.programmes.models import ClinicRules
from apps.programmes.queries import RulesInForce
from apps.programmes.rule_limits import SHIPPED, faults_of


@transaction.atomic
def decide_rules(
    *, entry: ClinicRulesEntry, clinic: Clinic, by: Any, now: datetime
) -> RulesInForce:
    """Put the clinic's next version of its rules in force and return it.

    What was decided before keeps the numbers that it was made by. Open load proposals
    are drafted anew where numbers of the load table changed. Safe to repeat with the
    same change_id.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
        WrongStateError: The rules changed since the user read them.
        InvalidEntryError: A number is unknown or cannot be, or nothing is changed.
    """
    require_role(by, clinic.pk, Role.MANAGER, now=now)
    if is_replay(
        request=entry,
        target="clinic_rules.decide",
        target_id=clinic.public_id,
        by=by,
        now=now,
    ):
        return queries.rules_of(clinic.pk)
    # Versions count up without a gap: two managers wait for each other.
    Clinic.objects.select_for_update(no_key=True).only("pk").get(pk=clinic.pk)
    before = queries.rules_of(clinic.pk)
    _require_read(before, entry)
    after = queries.in_force(
        ClinicRules(
            clinic=clinic,
            version=before.version + 1,
            load_policy=_changes(entry.load_policy),
            hrmax_formula=entry.hrmax_formula,
            beta_blocker_formula=entry.beta_blocker_formula,
            reason=entry.reason,
            set_by=by,
            set_at=now,
        )
    )
    changed = _require_change(before, after)
    assert after.row is not None  # noqa: S101
    after.row.save(force_insert=True)
    record(
        "clinic_rules.decide",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        detail={"version": after.version, "changed": changed},
    )
    if before.load != after.load:
        training = queries.patients_in_training(clinic.pk)
        mark_proposals_due(clinic_id=clinic.pk, patient_ids=training, now=now)
    return after


def _require_read(before: RulesInForce, entry: ClinicRulesEntry) -> None:
    if before.version != entry.version:
        raise WrongStateError(
            f"You read version {entry.version}; it is now version {before.version}. "
            "Read the rules again and repeat the change."
        )


def _changes(numbers: Mapping[str, Any]) -> dict[str, int]:
    """Return the numbers that are not the shipped ones.

    Raises:
        InvalidEntryError: A number is unknown or cannot be.
    """
    if faults := faults_of(numbers):
        raise InvalidEntryError(
            [
                {
                    "pointer": pointer_to("load_policy", each.name),
                    "code": each.code,
                    "detail": each.detail,
                }
                for each in faults
            ]
        )
    return {name: value for name, value in numbers.items() if value != SHIPPED[name]}


def _require_change(before: RulesInForce, after: RulesInForce) -> list[str]:
    """Return the names of what is other than before.

    Raises:
        InvalidEntryError: Nothing is.
    """
    old, new = _by_name(before), _by_name(after)
    changed = [name for name, value in new.items() if value != old[name]]
    if not changed:
        raise InvalidEntryError.at(
            "", code="no_change", detail="The clinic follows these rules already."
        )
    return changed


def _by_name(rules: RulesInForce) -> dict[str, Any]:
    return {
        **rules.load.to_mapping(),
        "hrmax_formula": rules.heart_rate.formula,
        "beta_blocker_formula": rules.heart_rate.beta_blocker_formula_on,
    }
