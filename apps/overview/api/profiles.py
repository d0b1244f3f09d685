"""What the API tells of a response profile: words first, numbers for staff."""

from typing import Any
from uuid import UUID

from apps.clinical.response_profile import (
    ExerciseKind,
    Group,
    LoadBand,
    Part,
    Profile,
    Responses,
)
from apps.clinical.response_words import headings, patient_sentences, staff_sentence
from apps.clinics.models import Patient
from apps.common.shapes import Answer


class PartAnswer(Answer):
    """After how many sessions pain was so, and by how much it had changed.

    ``share`` with its 95 % limits goes from 0 to 1; null while it is too early, and
    for the patient, who reads counts.
    """

    count: int
    share: float | None
    low: float | None
    high: float | None
    typical_mm: float | None


class ResponsesAnswer(Answer):
    """Relief, no change and rise over ``n`` sessions.

    ``not_counted`` had a value missing, another scale after than before, or another
    explanation. In ``relief_possible`` of them pain could fall by ``change_from_mm``.
    """

    n: int
    not_counted: int
    relief_possible: int
    is_too_early: bool
    change_from_mm: int
    min_sessions: int
    relief: PartAnswer
    no_change: PartAnswer
    rise: PartAnswer
    sentences: list[str]


class GroupAnswer(ResponsesAnswer):
    """The same for one kind of exercise; ``load_band`` is null for all its loads."""

    kind: ExerciseKind
    load_band: LoadBand | None
    headings: list[str]


class ResponseProfileAnswer(Answer):
    """How pain right after sessions compared with pain right before.

    Never computed from, nor to be compared with, an EIH score.
    """

    patient: UUID
    overall: ResponsesAnswer
    by_kind: list[GroupAnswer]
    by_load: list[GroupAnswer]


def profile_answer(profile: Profile, *, of: Patient, to: Any) -> ResponseProfileAnswer:
    """Return a profile; to the patient in words and counts."""
    is_own = of.user_id == to.pk
    return ResponseProfileAnswer(
        patient=of.public_id,
        overall=ResponsesAnswer(**_told(profile.overall, is_own=is_own)),
        by_kind=[_group_answer(group, is_own=is_own) for group in profile.by_kind],
        by_load=[_group_answer(group, is_own=is_own) for group in profile.by_load],
    )


def _group_answer(group: Group, *, is_own: bool) -> GroupAnswer:
    return GroupAnswer(
        **_told(group.responses, is_own=is_own),
        kind=group.kind,
        load_band=group.band,
        headings=[heading.text for heading in headings(group)],
    )


def _told(responses: Responses, *, is_own: bool) -> dict[str, Any]:
    said = patient_sentences(responses) if is_own else (staff_sentence(responses),)
    return {
        "n": responses.n,
        "not_counted": responses.not_counted,
        "relief_possible": responses.relief_possible,
        "is_too_early": responses.is_too_early,
        "change_from_mm": responses.rules.change_from_mm,
        "min_sessions": responses.rules.min_sessions,
        "relief": _part_answer(responses.relief, is_own=is_own),
        "no_change": _part_answer(responses.no_change, is_own=is_own),
        "rise": _part_answer(responses.rise, is_own=is_own),
        "sentences": [sentence.text for sentence in said],
    }


def _part_answer(part: Part, *, is_own: bool) -> PartAnswer:
    limits = None if is_own else part.proportion
    return PartAnswer(
        count=part.count,
        share=limits and limits.share,
        low=limits and limits.low,
        high=limits and limits.high,
        typical_mm=part.typical_mm,
    )
