"""Two policies on the same past: what each tells, and what differs, in counts.

Plain Python without a database. Counts of patients are nested mappings of whole
numbers, so that those of many are added up, and kept as JSON on the way.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from apps.clinical.flare.inputs import Family
from apps.clinical.flare.verdicts import KIND_RANK, AlertState, Judgement, Kind

IN_FORCE: Final = "in_force"
REPLAYED: Final = "replayed"
Counts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert as it was opened, or raised to another kind, in one session."""

    kind: Kind
    place: int
    session_keys: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAlert:
    """An alert of the past about which a therapist has said what it was."""

    family: Family
    kind: Kind
    told_in: str
    session_keys: frozenset[str]
    judgement: str


def counts_of(
    *,
    in_force: Judgement,
    replayed: Judgement,
    days: Mapping[str, date],
    judged: Iterable[JudgedAlert] = (),
) -> Counts:
    """Return what both policies make of one patient, and where they differ.

    Args:
        days: The sessions that count, by key; an alert counts where it was told.
        judged: The alerts that a therapist has resolved.
    """
    if not days:
        return {"patients": 1}
    both = {IN_FORCE: in_force, REPLAYED: replayed}
    told = {
        name: list(_told(judgement, within=days)) for name, judgement in both.items()
    }
    return {
        "patients": 1,
        "sessions": len(days),
        "days": (max(days.values()) - min(days.values())).days + 1,
        "rules": {
            kind.value: _difference(
                *([one for one in told[name] if one.kind == kind] for name in both)
            )
            for kind in Kind
        },
        "judged": _judged(judged, both=both, within=days),
    }


def added(counts: Mapping[str, Any], more: Mapping[str, Any]) -> Counts:
    """Return the sum of both, number by number."""
    total = dict(counts)
    for name, value in more.items():
        if isinstance(value, Mapping):
            total[name] = added(total.get(name, {}), value)
        else:
            total[name] = total.get(name, 0) + value
    return total


def _told(judgement: Judgement, *, within: Collection[str]) -> Iterator[Told]:
    places = {one.session_key: i for i, one in enumerate(judgement.verdicts)}
    for state in judgement.alerts:
        kinds = set()
        for step in state.raised_by:
            # A step may raise the severity alone, which is the same rule.
            if step.kind not in kinds and step.session_key in within:
                yield Told(
                    kind=step.kind,
                    place=places[step.session_key],
                    session_keys=frozenset(state.session_keys),
                )
            kinds.add(step.kind)


def _difference(in_force: list[Told], replayed: list[Told]) -> Counts:
    """Return how many of the alerts of one rule are the same, moved, new or lost.

    Two are the same alert if they share a session; of several, the nearest.
    """
    left = list(replayed)
    delays = []
    for one in in_force:
        same = [each for each in left if each.session_keys & one.session_keys]
        if same:
            nearest = min(same, key=lambda each: abs(each.place - one.place))
            left.remove(nearest)
            delays.append(nearest.place - one.place)
    return {
        IN_FORCE: len(in_force),
        REPLAYED: len(replayed),
        "unchanged": delays.count(0),
        "earlier": sum(delay < 0 for delay in delays),
        "later": sum(delay > 0 for delay in delays),
        "sessions_earlier": sum(-delay for delay in delays if delay < 0),
        "sessions_later": sum(delay for delay in delays if delay > 0),
        "new": len(left),
        "lost": len(in_force) - len(delays),
    }


def _judged(
    judged: Iterable[JudgedAlert],
    *,
    both: Mapping[str, Judgement],
    within: Collection[str],
) -> Counts:
    counts: Counts = {}
    for alert in judged:
        if alert.told_in in within:
            found = {
                name: int(any(_finds(state, alert) for state in judgement.alerts))
                for name, judgement in both.items()
            }
            counts = added(counts, {alert.judgement: {"alerts": 1} | found})
    return counts


def _finds(state: AlertState, alert: JudgedAlert) -> bool:
    """Tell whether an alert says at least as much about one of the same sessions."""
    return (
        state.family == alert.family
        and KIND_RANK[state.kind] >= KIND_RANK[alert.kind]
        and not alert.session_keys.isdisjoint(state.session_keys)
    )
