"""Everything that a patient entered, or that was entered about them, day by day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.clinics.models import Patient
from apps.common.errors import NotThereError
from apps.logbook.entry import CheckInsQuery, SessionsQuery
from apps.logbook.models import CheckIn, HeldSession, Moment
from apps.logbook.queries import found_check_ins, found_sessions
from apps.questionnaires.entry import ResponseQuery
from apps.questionnaires.instruments import instruments_named
from apps.questionnaires.models import QuestionnaireResponse
from apps.questionnaires.queries import found_responses

LINES_A_PAGE: Final = 20
NAMES_SHOWN: Final = 3
MOMENTS: Final = {
    Moment.RUN_IN: gettext_lazy("An ordinary day"),
    Moment.PRE: gettext_lazy("Before the session"),
    Moment.DURING: gettext_lazy("During the session"),
    Moment.POST: gettext_lazy("After the session"),
    Moment.H24: gettext_lazy("The day after"),
    Moment.H48: gettext_lazy("Two days after"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry of the list; ``at`` is in the zone in which it was entered."""

    page: str
    id: UUID
    at: datetime
    heading: str
    about: str
    is_void: bool
    is_corrected: bool

    @property
    def time(self) -> str:
        """The time there; a template would give that of the zone at hand."""
        return date_format(self.at, "CLOCK_FORMAT")


@dataclass(frozen=True, slots=True)
class History:
    """A part of the list by days, newest first; ``earlier`` names the next part."""

    days: Sequence[tuple[date, Sequence[Line]]]
    earlier: str


def history_of(patient: Patient, *, before: str) -> History:
    """Return a part of the list, in a fixed number of queries.

    Args:
        before: The ``earlier`` of the part before this; "" for the newest.

    Raises:
        NotThereError: ``before`` is none that a page has given out.
    """
    place = _place(before)
    found = sorted(_lines(patient, place), key=_order, reverse=True)
    shown = found[:LINES_A_PAGE]
    earlier = ""
    if len(found) > LINES_A_PAGE:
        earlier = f"{shown[-1].at.isoformat()}_{shown[-1].id}"
    by_day = groupby(shown, key=lambda line: line.at.date())
    return History([(day, list(lines)) for day, lines in by_day], earlier)


def _order(line: Line) -> tuple[datetime, UUID]:
    return line.at, line.id


def _lines(patient: Patient, place: tuple[datetime, UUID] | None) -> Iterator[Line]:
    sessions = found_sessions(patient.user, SessionsQuery(patient=patient.public_id))
    yield from map(_of_session, _part(sessions, "started_at", place))
    check_ins = found_check_ins(patient.user, CheckInsQuery(patient=patient.public_id))
    yield from map(_of_check_in, _part(check_ins, "answered_at", place))
    responses = found_responses(patient.user, ResponseQuery(patient=patient.public_id))
    complete = responses.filter(completed_at__isnull=False)
    yield from _of_responses(patient, _part(complete, "completed_at", place))


def _part(
    rows: QuerySet[Any], column: str, place: tuple[datetime, UUID] | None
) -> QuerySet[Any]:
    """Return as many as a page can take, and one more, to know whether there is one."""
    if place is not None:
        at, row_id = place
        same = Q(**{column: at, "public_id__lt": row_id})
        rows = rows.filter(Q(**{f"{column}__lt": at}) | same)
    return rows.order_by(f"-{column}", "-public_id")[: LINES_A_PAGE + 1]


def _of_session(row: HeldSession) -> Line:
    names = [each.exercise.name for each in row.exercise_entries.all()]
    more = len(names) - NAMES_SHOWN
    if more > 0:
        names = [*names[:NAMES_SHOWN], _("and %(count)d more") % {"count": more}]
    return Line(
        page="history-session",
        id=row.public_id,
        at=row.started_at.astimezone(ZoneInfo(row.time_zone)),
        heading=_("Session"),
        about=", ".join(names),
        is_void=row.voided_at is not None,
        is_corrected=row.version > 1,
    )


def _of_check_in(row: CheckIn) -> Line:
    about = ""
    if row.pain_mm is not None:
        about = _("Pain %(value)d of 100") % {"value": row.pain_mm}
    return Line(
        page="history-check-in",
        id=row.public_id,
        at=row.answered_at.astimezone(ZoneInfo(row.time_zone)),
        heading=str(MOMENTS[Moment(row.moment)]),
        about=about,
        is_void=row.voided_at is not None,
        is_corrected=row.version > 1,
    )


def _of_responses(
    patient: Patient, found: Iterable[QuestionnaireResponse]
) -> Iterator[Line]:
    rows = list(found)
    keys = [(row.clinic_id, row.instrument_key, row.instrument_version) for row in rows]
    instruments = instruments_named(keys)
    for row, key in zip(rows, keys, strict=True):
        completed_at: Any = row.completed_at
        yield Line(
            page="history-questionnaire",
            id=row.public_id,
            at=completed_at.astimezone(ZoneInfo(patient.time_zone)),
            heading=row.questionnaire.label or instruments[key].edition,
            about=_("Questionnaire"),
            is_void=row.voided_at is not None,
            is_corrected=row.version > 1,
        )


def _place(before: str) -> tuple[datetime, UUID] | None:
    if not before:
        return None
    # In an address a plus sign stands for a blank.
    at, _mark, row_id = before.replace(" ", "+").partition("_")
    try:
        place = datetime.fromisoformat(at), UUID(row_id)
    except ValueError:
        place = None
    if place is None or place[0].tzinfo is None:
        raise NotThereError(_("There is no such page of your history."))
    return place
