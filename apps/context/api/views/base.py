"""What the views of all kinds of record do alike."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.response import Response

from apps.audit.services import note_list_look, note_look
from apps.clinics.permissions import require_therapist_of
from apps.clinics.queries import visible_patient
from apps.clinics.versions import earlier_versions
from apps.common import clock
from apps.common.api.views import ApiView, expected_version
from apps.common.shapes import Answer
from apps.context import queries, services
from apps.context.entry import (
    RecordCorrection,
    RecordEntry,
    RecordQuery,
    VoidRecordRequest,
)


class KindView(ApiView):
    """A view of one kind of record."""

    kind: ClassVar[services.Kind[Any]]

    def present(self, record: Any) -> Answer:
        """Return one record as it goes out."""
        return self.kind.answer(record)


class RecordsView(KindView):
    """All records of a kind that the person may read."""

    def note_list(self, query: RecordQuery) -> None:
        """Leave a trace of who read which list."""
        user: Any = self.request.user
        if query.patient is not None:
            patient = visible_patient(user, query.patient)
            if not self.kind.told_to_patient:
                # An empty list would say that there is nothing.
                require_therapist_of(user, patient)
            note_look(by=user, patient=patient, now=clock.now())
            return
        note_list_look(
            by=user,
            what=self.kind.name,
            filters=query.model_dump(mode="json", exclude_none=True),
            clinic_ids=self.entered,
            now=clock.now(),
        )

    def enter(self, entry: RecordEntry) -> Response:
        """Record it, or answer what its id recorded before."""
        recorded = services.enter(
            self.kind, entry=entry, by=self.request.user, now=clock.now()
        )
        return self.answer(
            self.present(recorded.record), status=201 if recorded.created else 200
        )


class RecordView(KindView):
    """One record."""

    def read(self, record_id: UUID) -> Response:
        """Return the record."""
        return self.answer(self.present(self._looked_at(record_id)))

    def correct(self, record_id: UUID, entry: RecordCorrection) -> Response:
        """Correct the record."""
        record = services.correct(
            self.kind,
            record_id=record_id,
            entry=entry,
            expected_version=expected_version(self.request),
            by=self.request.user,
            now=clock.now(),
        )
        return self.answer(self.present(record))

    def void(self, record_id: UUID, entry: VoidRecordRequest) -> Response:
        """Take the record out."""
        record = services.void(
            self.kind,
            record_id=record_id,
            entry=entry,
            by=self.request.user,
            now=clock.now(),
        )
        return self.answer(self.present(record))

    def versions(self, record_id: UUID) -> Response:
        """Return the earlier versions, oldest first."""
        record = self._looked_at(record_id)
        return self.answers(earlier_versions(self.kind.name, record.public_id))

    def _looked_at(self, record_id: UUID) -> Any:
        self.query(self.query_shape)
        user: Any = self.request.user
        record = queries.visible_record(self.kind.model, user, record_id)
        note_look(by=user, patient=record.patient, now=clock.now())
        return record
