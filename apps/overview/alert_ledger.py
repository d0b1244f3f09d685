"""What each rule alerts, how soon somebody looks, and what it was worth.

Counted over a clinic; it names nobody.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    Q,
)
from django.db.models.functions import Coalesce

from apps.clinical.proportions import Proportion, wilson_limits
from apps.clinics.models import Clinic
from apps.common.errors import InvalidEntryError
from apps.common.zones import end_of_day, start_of_day
from apps.flares.models import Verdict, VerdictAlertStatus
from apps.inbox.models import Alert, Judgement

from .entry import LedgerQuery

# Who resolves an alert without acknowledging it first has looked at it too.
LOOKED_AT: Final = Coalesce("acknowledged_at", "resolved_at")
TO_LOOK: Final = ExpressionWrapper(
    LOOKED_AT - Coalesce("waits_since", "opened_at"), output_field=DurationField()
)
# Both ends are included: twelve weeks.
USUAL_LENGTH: Final = timedelta(days=83)


class Percentile(Aggregate):
    """A percentile of a length of time, between its neighbours in proportion."""

    function = "percentile_cont"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCounts:
    """What one rule of one policy version has alerted; times are null if nobody looked.

    ``judgements`` has every judgement, also those that nobody made.
    """

    kind: str
    policy_version: str
    alerts: int
    acknowledged: int
    median_to_acknowledge: timedelta | None
    p90_to_acknowledge: timedelta | None
    escalated: int
    judgements: dict[str, int]

    @property
    def judged(self) -> int:
        """How many of them a person has judged."""
        return sum(self.judgements.values())

    def yield_of(self, judgement: str) -> Proportion | None:
        """Return the share of a judgement among the judged, with its limits."""
        if not self.judged:
            return None
        return wilson_limits(successes=self.judgements[judgement], n=self.judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowCount:
    """In how many sessions a rule would have alerted, were its policy live."""

    tier: str
    policy_version: str
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLedger:
    """The ledger of a clinic over a range of days, both included."""

    first_day: date
    last_day: date
    rules: list[RuleCounts]
    shadow: list[ShadowCount]

    def per_week(self, count: int) -> float:
        """Return a count as one of seven days."""
        return count * 7 / ((self.last_day - self.first_day).days + 1)


def ledger_days(wanted: LedgerQuery, *, today: date) -> tuple[date, date]:
    """Return the first and last day that are asked for.

    Raises:
        InvalidEntryError: The range begins after today and has no end.
    """
    last_day = wanted.to or today
    first_day = wanted.from_ or last_day - USUAL_LENGTH
    if first_day > last_day:
        raise InvalidEntryError.at(
            "/from", code="out_of_range", detail=f"from must not lie after {last_day}."
        )
    return first_day, last_day


def alert_ledger(clinic: Clinic, *, first_day: date, last_day: date) -> AlertLedger:
    """Return the ledger of a clinic in two queries; days are those of its zone."""
    start = start_of_day(first_day, zone=clinic.time_zone)
    end = end_of_day(last_day, zone=clinic.time_zone)
    return AlertLedger(
        first_day=first_day,
        last_day=last_day,
        rules=_rules(clinic, start=start, end=end),
        shadow=_shadow(clinic, start=start, end=end),
    )


def _rules(clinic: Clinic, *, start: datetime, end: datetime) -> list[RuleCounts]:
    alerts = Alert.objects.filter(
        clinic=clinic, opened_at__gte=start, opened_at__lt=end
    )
    rows = (
        alerts.values("kind", "policy_version")
        .annotate(
            alerts=Count("pk"),
            acknowledged=Count(LOOKED_AT),
            median_to_acknowledge=Percentile(TO_LOOK, fraction=0.5),
            p90_to_acknowledge=Percentile(TO_LOOK, fraction=0.9),
            escalated=Count("escalated_at"),
            **{
                f"judged_{judgement}": Count("pk", filter=Q(judgement=judgement))
                for judgement in Judgement.values
            },
        )
        .order_by("kind", "policy_version")
    )
    return [_rule_counts(dict(row)) for row in rows]


def _rule_counts(row: dict[str, Any]) -> RuleCounts:
    judgements = {name: row.pop(f"judged_{name}") for name in Judgement.values}
    return RuleCounts(**row, judgements=judgements)


def _shadow(clinic: Clinic, *, start: datetime, end: datetime) -> list[ShadowCount]:
    silenced = Verdict.objects.filter(
        clinic=clinic,
        alert_status=VerdictAlertStatus.SHADOW,
        superseded_at__isnull=True,
        session__started_at__gte=start,
        session__started_at__lt=end,
    )
    rows = (
        silenced.annotate(tier=Func(F("tiers"), function="unnest", set_returning=True))
        .values("tier", "policy__key", "policy__version")
        .annotate(sessions=Count("pk"))
        .order_by("policy__key", "policy__version", "tier")
    )
    return [
        ShadowCount(
            tier=row["tier"],
            policy_version=f"{row['policy__key']}-{row['policy__version']}",
            sessions=row["sessions"],
        )
        for row in rows
    ]
