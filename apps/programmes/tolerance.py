"""How exercise was borne lately: asked for here, answered by a room above.

Whether a session was green follows from the pain around it, which this room does not
know. The room that does takes the seat when the program starts; until then nothing is
known, and what is not known opens no gate.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from apps.clinical.intensity.gates import OpenAlerts
from apps.clinics.models import Patient

GreenByWeek = Sequence[Sequence[bool | None]]


class ToleranceReader(Protocol):
    """Who knows how exercise was borne."""

    def green_by_week(self, patient: Patient, *, now: datetime) -> GreenByWeek:
        """Return weeks in a row up to now, oldest first: was each session green?"""

    def open_alerts(self, patient: Patient) -> OpenAlerts:
        """Return what is open of acute or sustained flares, pattern and red flags."""


class NothingKnown:
    """The empty seat."""

    def green_by_week(self, _patient: Patient, *, now: datetime) -> GreenByWeek:
        """Return no week."""
        return ()

    def open_alerts(self, _patient: Patient) -> OpenAlerts:
        """Return that nothing is known."""
        return OpenAlerts(flare=None, pattern=None, red_flag=None)


_reader: ToleranceReader = NothingKnown()


def read_by(reader: ToleranceReader) -> None:
    """Have tolerance read by a room above. Call it once, when the program starts."""
    global _reader  # noqa: PLW0603  the one seat
    _reader = reader


def green_by_week(patient: Patient, *, now: datetime) -> GreenByWeek:
    """Return weeks in a row up to now, oldest first: was each session green?"""
    return _reader.green_by_week(patient, now=now)


def open_alerts(patient: Patient) -> OpenAlerts:
    """Return what speaks against harder work now."""
    return _reader.open_alerts(patient)
