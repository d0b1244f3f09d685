"""What comes in as FHIR, and the wish to be erased."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from apps.common.shapes import ChangeRequest, Instant, Shape
from apps.questionnaires.entry import Code, Version


class FhirQuestionnaireQuery(Shape):
    """In which language the words of an instrument of the clinic's own shall be."""

    language: Annotated[str, StringConstraints(max_length=12)] | None = None


class FhirQuestionnaireImport(Shape):
    """A Questionnaire of FHIR R4, as an instrument of the clinic's own.

    ``key`` and ``version`` stand in place of the resource's.
    """

    resource: dict[str, Any]
    key: Code | None = None
    version: Version | None = None


class FhirResponseImport(Shape):
    """A QuestionnaireResponse of FHIR R4, to a questionnaire that was assigned.

    ``id`` is made by the client, as for any response; the resource's own is not used.
    """

    id: UUID | None = None
    questionnaire: UUID
    resource: dict[str, Any]
    recorded_at: Instant | None = None
    sent_at: Instant | None = None


class ErasureEntry(ChangeRequest):
    """The wish to be erased; ``confirmation`` is the person's own e-mail address."""

    confirmation: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254)
    ]


class ErasureQuery(Shape):
    """Filters of the list of wishes."""

    waiting: bool | None = None
