"""Green, amber and red: how a session was borne, from its pain values.

Persons whose usual level is low are judged by the absolute pain of the
pain-monitoring model; everybody else by the rise over their own level, since most
people with fibromyalgia rest above a "5 of 10" [S1]. The next-day value is always
judged by its rise.

Source:
    Absolute limits [K], made for tendon and knee patients; whether they hold in
    widespread pain is unknown [U]. Relative limits are ours [D].
"""

from dataclasses import dataclass
from enum import StrEnum

from ..flare.inputs import Location
from ..flare.policy import TOLERANCE, at_least
from .inputs import SessionDone
from .policy import LoadPolicy
from .truth import Truth, all_of, opposite, yes_if


class Zone(StrEnum):
    """How far pain went; unknown is no zone that allows more."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResponse:
    """The computed values of one session, unrounded, and what they mean.

    `during_mm` is the rise of the worst pain over the value before; `rise24_mm`
    and `rise48_mm` are over the reference level.
    """

    worst_mm: int | None
    during_mm: int | None
    rise24_mm: float | None
    rise48_mm: float | None
    rise_next_pre_mm: float | None
    during: Zone
    next_day: Zone
    settled: Truth
    soreness: Truth

    @property
    def during_green(self) -> Truth:
        """Tell whether the worst pain is known and green."""
        return is_zone(self.during, Zone.GREEN)

    @property
    def follow_up_green(self) -> Truth:
        """Tell whether one follow-up is known and nothing speaks against green.

        Either of the two will do: the next-day zone green, or settled by the
        two-day value. A missing one is no reason against the other.
        """
        if self.next_day in (Zone.AMBER, Zone.RED) or self.settled == Truth.NO:
            return Truth.NO
        has_value = self.rise24_mm is not None or self.rise48_mm is not None
        return Truth.YES if has_value else Truth.UNKNOWN

    @property
    def green(self) -> Truth:
        """Tell whether the session was borne well, during it and afterwards."""
        return all_of((self.during_green, self.follow_up_green))


def is_zone(zone: Zone, *wanted: Zone) -> Truth:
    """Tell whether the zone is one of those."""
    return yes_if(None if zone == Zone.UNKNOWN else zone in wanted)


def zone_of(value_mm: float | None, *, green_mm: int, amber_mm: int) -> Zone:
    """Return the zone of a value; both limits are inside, unrounded."""
    if value_mm is None:
        return Zone.UNKNOWN
    if value_mm <= green_mm + TOLERANCE:
        return Zone.GREEN
    return Zone.AMBER if value_mm <= amber_mm + TOLERANCE else Zone.RED


def response_of(
    session: SessionDone, *, next_pre_mm: int | None, policy: LoadPolicy
) -> SessionResponse:
    """Return what the values around one session say.

    Args:
        next_pre_mm: Before the session that follows; it stands in for a two-day
            value that is missing.
    """
    rise24_mm = _difference(session.h24_mm, session.ref_mm)
    rise48_mm = _difference(session.h48_mm, session.ref_mm)
    rise_next_pre_mm = _difference(next_pre_mm, session.ref_mm)
    late_mm = rise_next_pre_mm if session.h48_mm is None else rise48_mm
    during = _difference(session.worst_mm, session.pre_mm)
    during_mm = None if during is None else int(during)
    return SessionResponse(
        worst_mm=session.worst_mm,
        during_mm=during_mm,
        rise24_mm=rise24_mm,
        rise48_mm=rise48_mm,
        rise_next_pre_mm=rise_next_pre_mm,
        during=_during_zone(session, during_mm=during_mm, policy=policy),
        next_day=_rise_zone(rise24_mm, policy=policy),
        settled=opposite(_reaches(late_mm, policy.settled_below_mm)),
        soreness=_soreness(
            session, rises=(rise24_mm, rise48_mm), limit_mm=policy.soreness_below_mm
        ),
    )


def _during_zone(
    session: SessionDone, *, during_mm: int | None, policy: LoadPolicy
) -> Zone:
    """Return the zone; both ways must agree where the usual level is unknown."""
    absolute = zone_of(
        session.worst_mm,
        green_mm=policy.absolute_green_up_to_mm,
        amber_mm=policy.absolute_amber_up_to_mm,
    )
    relative = _rise_zone(during_mm, policy=policy)
    if session.usual_mm is None:
        return absolute if absolute == relative else Zone.UNKNOWN
    is_low = session.usual_mm <= policy.absolute_zones_up_to_mm + TOLERANCE
    return absolute if is_low else relative


def _rise_zone(rise_mm: float | None, *, policy: LoadPolicy) -> Zone:
    return zone_of(
        rise_mm,
        green_mm=policy.rise_green_up_to_mm,
        amber_mm=policy.rise_amber_up_to_mm,
    )


def _soreness(
    session: SessionDone, *, rises: tuple[float | None, ...], limit_mm: int
) -> Truth:
    """Tell whether the detector's filter for muscle soreness holds."""
    highest_mm = max((rise for rise in rises if rise is not None), default=None)
    only_trained = all(place == Location.ONLY_TRAINED for place in session.places)
    return all_of(
        (
            yes_if(session.novel),
            yes_if(only_trained if session.places else None),
            opposite(_reaches(highest_mm, limit_mm)),
        )
    )


def _reaches(value_mm: float | None, limit_mm: int) -> Truth:
    return yes_if(None if value_mm is None else at_least(value_mm, limit_mm))


def _difference(value: int | None, reference: float | None) -> float | None:
    return None if value is None or reference is None else value - reference
