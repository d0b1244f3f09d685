"""What is asked when, in the programmes of a template."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.shapes import Answer, Page
from apps.questionnaires import queries, services
from apps.questionnaires.entry import ScheduleEntry, ScheduleQuery
from apps.questionnaires.models import QuestionnaireSchedule

from .views import ManagedView


class ScheduleLineAnswer(Answer):
    """One instrument at one moment."""

    instrument: str
    instrument_version: int
    anchor: Literal["start", "end"]
    weeks: int
    label: str
    opens_days_before: int
    closes_days_after: int


class ScheduleAnswer(Answer):
    """The schedule in force; ``template`` null: of all templates without their own."""

    id: UUID
    clinic: UUID
    template: str | None
    schedule_version: int
    lines: list[ScheduleLineAnswer]
    set_at: datetime
    set_by: UUID


def schedule_answer(row: QuestionnaireSchedule) -> ScheduleAnswer:
    """Return a schedule (with its clinic and who set it) as it goes out."""
    return ScheduleAnswer(
        id=row.public_id,
        clinic=row.clinic.public_id,
        template=row.template_key or None,
        schedule_version=row.version,
        lines=[ScheduleLineAnswer(**each) for each in row.lines],
        set_at=row.set_at,
        set_by=row.set_by.public_id,
    )


class SchedulesView(ManagedView):
    """The schedules in force."""

    query_shape = ScheduleQuery

    @extend_schema(
        operation_id="questionnaire_schedule_list",
        parameters=query_parameters(ScheduleQuery),
        responses={200: Page[ScheduleAnswer]},
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the schedules in force of the person's clinics, newest first."""
        query = self.query(ScheduleQuery)
        return self.page(
            queries.readable_schedules(request.user, template=query.template),
            ordering=("-set_at", "-id"),
            present=lambda page: map(schedule_answer, page),
        )

    @extend_schema(
        operation_id="questionnaire_schedule_set",
        request=ScheduleEntry,
        responses={200: ScheduleAnswer, 201: ScheduleAnswer},
    )
    def post(self, request: Request) -> HttpResponse:
        """Put a schedule in force, for a manager; running programmes follow it.

        200: the schedule in force says just this.
        """
        kept = services.set_schedule(
            entry=self.parse(ScheduleEntry),
            clinic=self.managed_clinic(),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(
            schedule_answer(kept.schedule), status=201 if kept.is_new else 200
        )
