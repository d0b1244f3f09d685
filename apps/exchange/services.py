"""Writes owned by exchange: a pain diary comes in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any, BinaryIO, Final

from django.db import transaction

from apps.audit.services import record
from apps.clinical.flare.policy import DetectorPolicy
from apps.clinics.models import Patient
from apps.clinics.permissions import require_therapist_of
from apps.common.errors import NotThereError
from apps.logbook.services.due import mark_for_judgement

from . import queries
from .diary import days
from .diary.errors import DiaryChangedError, RegionNotInDiaryError, shown
from .diary.preview import DiaryPreview, preview_of
from .diary.rows import DiaryReader, Other, Rating, Refusal, Row, require_region
from .diary_store import DiaryStore
from .resting import RestingReport, report_on

BATCH_ROWS: Final = 2000
# All are counted; so many are kept with line and reason.
MAX_REFUSALS_KEPT: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryImport:
    """What became of every row of a diary.

    ``rows`` is the sum of the next four. ``refusals`` are the first 1000.
    """

    region: str
    is_dry_run: bool
    rows: int
    imported: int
    duplicate: int
    other: int
    refused: int
    refusals: tuple[Refusal, ...]
    judged_again_from: datetime | None


def preview_diary(
    *,
    source: BinaryIO,
    patient: Patient,
    region: str,
    now: datetime,
    zone: str | None = None,
    day_ends_at: time | None = None,
) -> DiaryPreview:
    """Return what a diary holds and how it would be read. Nothing is stored.

    Args:
        source: The file, open for bytes and seekable; it is read once.
        patient: Whose diary it is.
        region: The name of the wanted rows, in any case.
        now: Entries after it are refused.
        zone: Of the stamps; the patient's if not given.
        day_ends_at: Stamps before it belong to the day before, unless the row says
            its day; inferred if not given.

    Raises:
        UnreadableDiaryError: It is no diary, or an argument cannot be.
    """
    return preview_of(
        source,
        region=require_region(region),
        zone=days.zone_named(zone or patient.time_zone),
        now=now,
        day_ends_at=day_ends_at,
    )


@transaction.atomic
def import_diary(
    *,
    source: BinaryIO,
    preview: DiaryPreview,
    patient: Patient,
    by: Any,
    now: datetime,
    dry_run: bool = False,
) -> DiaryImport:
    """Store the ratings of a previewed diary and account for each of its rows.

    Safe to repeat: what is there already counts as duplicate. Sessions whose resting
    level it changes are marked for judgement. A dry run does it all and takes it back.
    ``source`` is read a second time; ``by`` is ``None`` for the operator.

    Raises:
        NotThereError: The patient is not within the wall or not the user's to see.
        NotAllowedError: The user is the patient.
        RegionNotInDiaryError: The diary has names, but not this one.
        DiaryChangedError: The file is another one by now.
        DiaryReadOtherwiseError: It was imported with another zone or end of the day.
    """
    _lock(patient, by=by)
    if preview.other and not preview.region_rows:
        raise RegionNotInDiaryError(_other_names(preview))
    before = transaction.savepoint()
    outcome = _import_rows(
        source=source, preview=preview, patient=patient, by=by, now=now
    )
    if dry_run:
        transaction.savepoint_rollback(before)
        return outcome.as_result(is_dry_run=True)
    again_from = None
    if outcome.imported:
        again_from = _judge_again(patient=patient, now=now)
        _note(outcome, preview=preview, patient=patient, by=by, now=now)
    return outcome.as_result(is_dry_run=False, judged_again_from=again_from)


def resting_report(
    *, patient: Patient, region: str, policy: DetectorPolicy | None = None
) -> RestingReport:
    """Return the resting level of a region over the years, from imported diaries.

    One value a day, the latest, as in the run-in; the shipped policy's numbers unless
    another is given. Who asks must be allowed to see the patient.
    """
    spelling = queries.kept_spelling(patient, region=region)
    return report_on(
        queries.mm_by_day(patient, region=spelling),
        region=spelling,
        policy=policy or DetectorPolicy(),
    )


class _Outcome:
    """The sums of an import on the way."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.imported = self.duplicate = self.other = self.refused = 0
        self.refusals: list[Refusal] = []

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Count refused rows; keep the first of them."""
        for refusal in refusals:
            self.refused += 1
            if len(self.refusals) < MAX_REFUSALS_KEPT:
                self.refusals.append(refusal)

    def counts(self) -> dict[str, int]:
        """Return the four figures that every row is one of."""
        return {
            "imported": self.imported,
            "duplicate": self.duplicate,
            "other": self.other,
            "refused": self.refused,
        }

    def as_result(
        self, *, is_dry_run: bool, judged_again_from: datetime | None = None
    ) -> DiaryImport:
        """Return the figures, refusals in the order of the file."""
        counts = self.counts()
        return DiaryImport(
            region=self.region,
            is_dry_run=is_dry_run,
            rows=sum(counts.values()),
            refusals=tuple(sorted(self.refusals, key=lambda each: each.line)),
            judged_again_from=judged_again_from,
            **counts,
        )


def _import_rows(
    *,
    source: BinaryIO,
    preview: DiaryPreview,
    patient: Patient,
    by: Any,
    now: datetime,
) -> _Outcome:
    until = now.astimezone(preview.zone).replace(tzinfo=None)
    reader = DiaryReader(source, region=preview.region, until=until)
    store = DiaryStore(patient=patient, preview=preview, by=by, now=now)
    outcome = _Outcome(store.region)
    ratings = _only_ratings(reader, outcome=outcome)
    while batch := list(islice(ratings, BATCH_ROWS)):
        stored = store.add(batch)
        outcome.imported += stored.imported
        outcome.duplicate += stored.duplicate
        outcome.refuse(stored.refusals)
    if reader.lines.digest != preview.file_digest:
        raise DiaryChangedError(
            "The file is not the one of the preview. Preview it again."
        )
    return outcome


def _only_ratings(rows: Iterable[Row], *, outcome: _Outcome) -> Iterator[Rating]:
    """Count what is no rating, pass on what is."""
    for row in rows:
        if isinstance(row, Rating):
            yield row
        elif isinstance(row, Other):
            outcome.other += 1
        else:
            outcome.refuse([row])


def _lock(patient: Patient, *, by: Any) -> None:
    """Let imports of one patient come one after another."""
    rows = Patient.objects.all() if by is None else Patient.objects.visible_to(by)
    if not rows.select_for_update(no_key=True).filter(pk=patient.pk).exists():
        raise NotThereError("There is no such patient, or you may not see them.")
    if by is not None:
        require_therapist_of(by, patient)


def _judge_again(*, patient: Patient, now: datetime) -> datetime | None:
    """Mark the patient if the import reaches the time before the first session."""
    session = queries.first_session(patient)
    if session is None:
        return None
    reach = timedelta(days=DetectorPolicy().diary_days)
    if not queries.ratings_before(session, reach=reach, imported_at=now).exists():
        return None
    mark_for_judgement(
        patient=patient,
        from_started_at=session.started_at,
        due_at=now,
        reason="diary imported",
    )
    return session.started_at


def _note(
    outcome: _Outcome,
    *,
    preview: DiaryPreview,
    patient: Patient,
    by: Any,
    now: datetime,
) -> None:
    record(
        "diary.import",
        by=by,
        now=now,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        subject_id=patient.public_id,
        detail=outcome.counts() | {"file_digest": preview.file_digest},
    )


def _other_names(preview: DiaryPreview) -> str:
    names = ", ".join(shown(each.name) for each in preview.names[:20])
    return f"No row of the diary is called {shown(preview.region)}. It has: {names}."
