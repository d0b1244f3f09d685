"""The rules that a clinic follows."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from apps.clinical.adherence.policy import AdherencePolicy
from apps.clinical.intensity.heart_rate import HeartRateRules
from apps.clinical.progression.policy import LoadPolicy
from apps.programmes.models import ClinicRules


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """What a clinic follows now; ``row`` is None where it follows what is shipped."""

    row: ClinicRules | None
    load: LoadPolicy
    adherence: AdherencePolicy
    heart_rate: HeartRateRules

    @property
    def version(self) -> int:
        """The clinic's version; 0 for what is shipped."""
        return 0 if self.row is None else self.row.version


def rules_of(clinic_id: int) -> RulesInForce:
    """Return what a clinic follows now, by one query."""
    rows = rules_history(clinic_id).order_by("-version")
    return in_force(rows.first())


def in_force(row: ClinicRules | None) -> RulesInForce:
    """Return one version with all its numbers; what is shipped for None."""
    if row is None:
        return RulesInForce(
            row=None,
            load=LoadPolicy(),
            adherence=AdherencePolicy(),
            heart_rate=HeartRateRules(),
        )
    return RulesInForce(
        row=row,
        load=replace(LoadPolicy(), **row.load_policy),
        adherence=replace(AdherencePolicy(), **row.adherence_policy),
        heart_rate=HeartRateRules(
            formula=row.hrmax_formula,
            beta_blocker_formula_on=row.beta_blocker_formula,
        ),
    )


def rules_history(clinic_id: int) -> QuerySet[ClinicRules, Any]:
    """Return every version of a clinic's rules."""
    return ClinicRules.objects.filter(clinic=clinic_id).select_related("set_by")
