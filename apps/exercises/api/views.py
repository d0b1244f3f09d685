"""The catalogue of a clinic."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.clinics.models import Role
from apps.clinics.queries import acting_clinic
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView, expected_version
from apps.common.errors import NotAllowedError
from apps.common.shapes import Page
from apps.exercises import queries, services
from apps.exercises.entry import ExerciseChange, ExerciseEntry, ExerciseQuery
from apps.exercises.models import Exercise

from .serializers import ExerciseAnswer, exercise_answer


class ExercisesView(ApiView):
    """All exercises of the person's clinics."""

    query_shape = ExerciseQuery

    @extend_schema(
        operation_id="exercise_list",
        parameters=query_parameters(ExerciseQuery),
        responses={200: Page[ExerciseAnswer]},
    )
    def get(self, request: Request) -> Response:
        """Return the exercises by slug."""
        given = self.query(ExerciseQuery).model_dump(exclude_none=True)
        rows = Exercise.objects.readable_by(request.user).filter(**given)
        return self.page(
            rows,
            ordering=("slug", "id"),
            present=lambda page: map(exercise_answer, page),
        )

    @extend_schema(
        operation_id="exercise_create",
        request=ExerciseEntry,
        responses={201: ExerciseAnswer},
    )
    def post(self, request: Request) -> Response:
        """Add an exercise of the clinic's own."""
        entry = self.parse(ExerciseEntry)
        now = clock.now()
        clinic = acting_clinic(
            request.user, roles={Role.MANAGER}, entered=self.entered, now=now
        )
        if clinic is None:
            raise NotAllowedError("Only a manager of the clinic adds exercises.")
        exercise = services.create_exercise(
            entry=entry, clinic=clinic, by=request.user, now=now
        )
        return self.answer(exercise_answer(exercise), status=201)


class ExerciseView(ApiView):
    """One exercise."""

    @extend_schema(operation_id="exercise_read", responses={200: ExerciseAnswer})
    def get(self, request: Request, exercise_id: UUID) -> Response:
        """Return the exercise."""
        self.query(self.query_shape)
        exercise = queries.visible_exercise(request.user, exercise_id)
        return self.answer(exercise_answer(exercise))

    @extend_schema(
        operation_id="exercise_update",
        request=ExerciseChange,
        responses={200: ExerciseAnswer},
    )
    def patch(self, request: Request, exercise_id: UUID) -> Response:
        """Change the exercise from now on."""
        exercise = services.update_exercise(
            exercise_id=exercise_id,
            entry=self.parse(ExerciseChange),
            expected_version=expected_version(request),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(exercise_answer(exercise))
