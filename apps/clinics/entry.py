"""What comes in about patients, staff and care."""

from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from apps.common.shapes import (
    ChangeRequest,
    Day,
    Flag,
    Instant,
    Line,
    RequiredLine,
    Shape,
    rule_broken,
)

from .models import Condition, Decision, Purpose, Role, Sex

# The last is whatever the machine is set to, and no place: the database refuses it.
ZONES = available_timezones() - {"localtime"}
LANGUAGES = {code for code, _ in settings.LANGUAGES}


def _known_zone(value: str) -> str:
    if value not in ZONES:
        raise rule_broken("invalid_choice", "Write a zone like Europe/Stockholm.")
    return value


def _known_language(value: str) -> str:
    if value not in LANGUAGES:
        known = ", ".join(sorted(LANGUAGES))
        raise rule_broken("invalid_choice", f"Known languages are {known}.")
    return value


Zone = Annotated[str, AfterValidator(_known_zone)]
Language = Annotated[str, AfterValidator(_known_language)]
Address = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        pattern=r"^[^@\s<>\"',;:\\()\[\]]+@[^@\s<>\"',;:\\()\[\]]+\.[A-Za-z]{2,}$",
    ),
]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)
]
EmergencyText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)
]
HeartRate = Annotated[int, Field(strict=True, ge=25, le=240)]


class PatientFields(Shape):
    """What may be known of a patient; null means not known."""

    pem: Flag | None = None
    weight_kg: Annotated[Decimal, Field(ge=20, le=400, decimal_places=1)] | None = None
    height_cm: Annotated[Decimal, Field(ge=80, le=250, decimal_places=1)] | None = None
    diagnosed_on: Day | None = None
    hr_rest: HeartRate | None = None
    hr_max_measured: HeartRate | None = None
    beta_blocker: Flag | None = None
    pacemaker: Flag | None = None


class PatientInvitation(PatientFields):
    """A new patient of a clinic, and where the letter goes."""

    email: Address
    given_name: Name
    family_name: Name
    birth_year: Annotated[int, Field(strict=True, ge=1900, le=2100)]
    sex: Sex
    condition: Condition
    time_zone: Zone
    language: Language
    therapist: UUID | None = Field(
        default=None, description="Who treats them; the inviting therapist if empty."
    )


class PatientCorrection(PatientFields, ChangeRequest):
    """The fields of a patient that change; those left out stay."""

    given_name: Name | None = None
    family_name: Name | None = None
    birth_year: Annotated[int, Field(strict=True, ge=1900, le=2100)] | None = None
    sex: Sex | None = None
    condition: Condition | None = None
    time_zone: Zone | None = None
    language: Language | None = None
    correction_reason: RequiredLine

    @model_validator(mode="after")
    def _required_stay_required(self) -> Self:
        for name in REQUIRED_OF_PATIENT & self.model_fields_set:
            if getattr(self, name) is None:
                raise rule_broken("null", f"{name} cannot be emptied.")
        if not self.changes():
            raise rule_broken("nothing_to_change", "Give at least one field.")
        return self

    def changes(self) -> dict[str, object]:
        """Return the fields that were given, with their new values."""
        own = set(ChangeRequest.model_fields) | {"correction_reason"}
        return {name: getattr(self, name) for name in self.model_fields_set - own}


REQUIRED_OF_PATIENT = {
    "given_name",
    "family_name",
    "birth_year",
    "sex",
    "condition",
    "time_zone",
    "language",
}


class EmergencyWords(Shape):
    """What a patient reads at once after a red flag, in one language."""

    general: EmergencyText
    crisis: EmergencyText


class EmergencyWordsChange(Shape):
    """New words of the clinic of a name; languages that are left out stay."""

    clinic: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    emergency_words: dict[Language, EmergencyWords]


class ClinicEntry(Shape):
    """A new clinic; ``emergency_words`` by language."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)
    ]
    time_zone: Zone
    language: Language
    emergency_words: dict[Language, EmergencyWords] = {}


class StaffInvitation(Shape):
    """A new member of staff."""

    email: Address
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)
    ]
    role: Role
    language: Language = "en"
    time_zone: Zone = "UTC"


class Acceptance(Shape):
    """The token of an invitation's link."""

    token: Annotated[str, StringConstraints(min_length=20, max_length=100)]


class CareRequest(ChangeRequest):
    """A therapist who is to join a patient's care team."""

    therapist: UUID
    kind: Literal["regular", "cover"] = "regular"
    until: Instant | None = None
    reason: Line = ""

    @model_validator(mode="after")
    def _cover_ends(self) -> Self:
        if self.kind == "cover" and (self.until is None or not self.reason):
            raise rule_broken("required", "Cover needs an end (until) and a reason.")
        return self


class BreakGlass(ChangeRequest):
    """Why a chart must be opened by somebody outside the care team."""

    reason: RequiredLine


class OwnSettings(Shape):
    """How a patient wants to be spoken to; no unit: as each machine counts."""

    language: Language
    time_zone: Zone
    load_unit: Literal["", "kg", "lb"] = ""


class PatientListQuery(Shape):
    """Filters of the list of patients."""

    search: Line = ""
    status: Literal["active", "ended"] | None = None
    needs_attention: bool | None = None


class ConsentEntry(Shape):
    """What a patient decides about one purpose.

    To allow it, name the ``version`` and the ``language`` of the words that were read.
    """

    id: UUID | None = None
    purpose: Purpose
    decision: Decision
    version: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = None
    language: Language | None = None
    sent_at: Instant | None = None

    @model_validator(mode="after")
    def _read_before(self) -> Self:
        if self.decision == Decision.GIVEN and None in (self.version, self.language):
            raise rule_broken(
                "required", "Say which version was read, and in which language."
            )
        return self


class ConsentQuery(Shape):
    """Filters of the list of decisions."""

    patient: UUID | None = None
    purpose: Purpose | None = None


ConsentWords = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=20, max_length=4000)
]


class ConsentTextEntry(ChangeRequest):
    """A clinic's own words for one purpose, by language."""

    purpose: Purpose
    texts: Annotated[dict[Language, ConsentWords], Field(min_length=1)]
