"""What comes in about questionnaires."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from apps.clinical.questionnaires.schedule import (
    MAX_DAYS_AFTER,
    MAX_DAYS_BEFORE,
    MAX_WEEKS,
    Anchor,
    Moment,
)
from apps.common.shapes import (
    ChangeRequest,
    Day,
    Flag,
    Instant,
    RequiredLine,
    Shape,
    rule_broken,
)
from apps.programmes.entry import TemplateKey

from .models import MAX_WEEK

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Version = Annotated[int, Field(strict=True, ge=1, le=10_000)]
LONGEST_ANSWER = 20


def _as_stored(value: Any) -> int | str | None:
    """Return an answer as JSON keeps it: decimals become their shortest text."""
    if isinstance(value, Decimal | float):
        value = _plain(Decimal(str(value)))
    is_answer = isinstance(value, int | str) and not isinstance(value, bool)
    if value is not None and (not is_answer or len(str(value)) > LONGEST_ANSWER):
        raise rule_broken(
            "invalid", "An answer is a number, the code of an option, or null."
        )
    return value


def _plain(number: Decimal) -> str:
    # "2.50" and "2.5" are one answer; 1E+9 would be no number of any form.
    if not number.is_finite() or abs(number) >= 10**9:
        return "out of reach"
    return format(number.normalize(), "f") if number else "0"


AnswerValue = Annotated[
    int | str | None,
    BeforeValidator(_as_stored),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number"},
                {"type": "string", "maxLength": LONGEST_ANSWER},
                {"type": "null"},
            ]
        }
    ),
]
Answers = Annotated[dict[Code, AnswerValue], Field(max_length=200)]


class InstrumentImport(Shape):
    """An instrument of the clinic's own: structure and scoring, without wording."""

    document: dict[str, Any]


class InstrumentQuery(Shape):
    """Filters of the list of instruments."""

    key: Code | None = None
    language: Annotated[str, StringConstraints(max_length=12)] | None = None


class WordingImport(Shape):
    """A clinic's wording file, and the word of a person that it may be used."""

    licence_confirmed: Flag
    document: dict[str, Any]

    @model_validator(mode="after")
    def _by_what_right(self) -> Self:
        if not self.licence_confirmed:
            raise rule_broken(
                "licence_needed", "Import only words that your clinic may use."
            )
        return self


class WordingQuery(Shape):
    """Filters of the list of wordings."""

    instrument: Code | None = None


class QuestionnaireEntry(Shape):
    """An instrument that a patient shall fill; the newest version unless told."""

    id: UUID | None = None
    patient: UUID
    instrument: Code
    instrument_version: Version | None = None
    label: Label = ""
    week: Annotated[int, Field(strict=True, ge=0, le=MAX_WEEK)] | None = None
    due_on: Day | None = None
    recorded_at: Instant | None = None
    sent_at: Instant | None = None


class QuestionnaireQuery(Shape):
    """Filters of the list of questionnaires."""

    patient: UUID | None = None
    status: Literal["open", "begun", "completed", "cancelled", "void", "due"] | None = (
        None
    )


class ScheduleLine(Shape):
    """One instrument at one moment, so many weeks from a programme's start or end.

    The newest version of the instrument unless told; it stays that one. The form opens
    and closes so many days around the day on which it is due.
    """

    instrument: Code
    instrument_version: Version | None = None
    anchor: Literal["start", "end"]
    weeks: Annotated[int, Field(strict=True, ge=0, le=MAX_WEEKS)]
    label: Label = ""
    opens_days_before: Annotated[int, Field(strict=True, ge=0, le=MAX_DAYS_BEFORE)] = 3
    closes_days_after: Annotated[int, Field(strict=True, ge=0, le=MAX_DAYS_AFTER)] = 14

    def moment(self) -> Moment:
        """Return when it is due, as the rules have it."""
        return Moment(
            anchor=Anchor(self.anchor),
            weeks=self.weeks,
            opens_days_before=self.opens_days_before,
            closes_days_after=self.closes_days_after,
        )


class ScheduleEntry(Shape):
    """What is asked when, in the programmes of a template; no lines: nothing.

    ``template`` null: in programmes whose template has no schedule of its own.
    """

    template: TemplateKey | None = None
    lines: Annotated[tuple[ScheduleLine, ...], Field(max_length=100)]

    @model_validator(mode="after")
    def _asks_nothing_twice(self) -> Self:
        moments = [(each.instrument, each.anchor, each.weeks) for each in self.lines]
        if len(set(moments)) < len(moments):
            raise rule_broken("twice", "An instrument stands here twice for one week.")
        return self


class ScheduleQuery(Shape):
    """Filters of the list of schedules."""

    template: TemplateKey | None = None


class FilledForm(Shape):
    """What stands on a form, whole or half filled (``completed_at`` null).

    ``wording`` is the id of the wording that was shown; without it, the newest of the
    patient's language counts.
    """

    wording: UUID | None = None
    answers: Answers
    started_at: Instant | None = None
    completed_at: Instant | None = None
    recorded_at: Instant | None = None
    sent_at: Instant | None = None

    def content_digest(self) -> str:
        """Return the digest of what stands on the form, whichever form it is."""
        return self.digest(without=frozenset({"questionnaire"}))


class ResponseEntry(FilledForm):
    """A response to a questionnaire."""

    id: UUID | None = None
    questionnaire: UUID


class ResponseSave(FilledForm):
    """The newest state of a half-filled response.

    ``id`` and ``questionnaire`` may be repeated, and must be those of the response.
    """

    id: UUID | None = None
    questionnaire: UUID | None = None


class ResponseCorrection(ChangeRequest):
    """What was wrong about a completed response; what is left out stays.

    ``answers`` has only the items that change; null takes an answer away.
    """

    correction_reason: RequiredLine
    answers: Answers = Field(default_factory=dict)
    started_at: Instant | None = None
    completed_at: Instant | None = None

    def changed_fields(self) -> list[str]:
        """Return the names of what the client sent."""
        kept = self.model_fields_set - {"correction_reason", "change_id", "sent_at"}
        return sorted(kept)


class VoidRequest(ChangeRequest):
    """Take a record out of every computation; it stays readable."""

    reason: RequiredLine


class ResponseQuery(Shape):
    """Filters of the list of responses."""

    patient: UUID | None = None
    questionnaire: UUID | None = None
    instrument: Code | None = None
