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
from apps.programmes.rule_limits import ADHERENCE, LOAD, NumberTable

from .due import mark_adherence_due_of


@transaction.atomic
def decide_rules(
    *, entry: ClinicRulesEntry, clinic: Clinic, by: Any, now: datetime
) -> RulesInForce:
    """Put the clinic's next version of its rules in force and return it.

    What was decided before keeps the numbers that it was made by. Where numbers of the
    load table changed, open load proposals are drafted anew; where those of adherence
    did, everybody's adherence is judged anew. Safe to repeat with the same change_id.

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
            load_policy=_own(LOAD, entry.load_policy, at="load_policy"),
            adherence_policy=_own(
                ADHERENCE, entry.adherence_policy, at="adherence_policy"
            ),
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
    _mark_due(before, after, clinic=clinic, now=now)
    return after


def _mark_due(
    before: RulesInForce, after: RulesInForce, *, clinic: Clinic, now: datetime
) -> None:
    """Have computed anew what was computed by numbers that are others now."""
    if before.load != after.load:
        training = queries.patients_in_training(clinic.pk)
        mark_proposals_due(clinic_id=clinic.pk, patient_ids=training, now=now)
    if before.adherence != after.adherence:
        everybody = queries.patients_with_programmes(clinic.pk)
        mark_adherence_due_of(clinic_id=clinic.pk, patient_ids=everybody, now=now)


def _require_read(before: RulesInForce, entry: ClinicRulesEntry) -> None:
    if before.version != entry.version:
        raise WrongStateError(
            f"You read version {entry.version}; it is now version {before.version}. "
            "Read the rules again and repeat the change."
        )


def _own(table: NumberTable, numbers: Mapping[str, Any], *, at: str) -> dict[str, int]:
    """Return the numbers that are not the shipped ones.

    Raises:
        InvalidEntryError: A number is unknown or cannot be.
    """
    if faults := table.faults_of(numbers):
        raise InvalidEntryError(
            [
                {
                    "pointer": pointer_to(at, each.name),
                    "code": each.code,
                    "detail": each.detail,
                }
                for each in faults
            ]
        )
    return table.own(numbers)


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
        **rules.adherence.to_mapping(),
        "hrmax_formula": rules.heart_rate.formula,
        "beta_blocker_formula": rules.heart_rate.beta_blocker_formula_on,
    }
