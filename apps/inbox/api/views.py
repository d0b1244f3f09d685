"""The inbox over HTTP."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.services import note_list_look, note_look
from apps.clinics.queries import entered_clinic
from apps.common import clock
from apps.common.api.documentation import query_parameters
from apps.common.api.views import ApiView
from apps.common.shapes import Page

from .. import permissions, queries, services
from ..entry import (
    Acknowledgement,
    Act,
    AlertQuery,
    OpeningHoursEntry,
    Resolution,
)
from .serializers import (
    AlertAnswer,
    EscalationAnswer,
    OpeningHoursAnswer,
    present_alert,
    present_alerts,
    present_escalations,
    present_opening_hours,
)

MOST_URGENT_FIRST = ("-urgency", "-id")
LONGEST_WAITING_FIRST = ("escalated_at", "id")


class AlertsView(ApiView):
    """Alerts of the patients whom one treats; a manager's are those without anybody."""

    query_shape = AlertQuery

    @extend_schema(
        operation_id="alerts_list",
        parameters=query_parameters(AlertQuery),
        responses={200: Page[AlertAnswer]},
    )
    def get(self, request: Request) -> Response:
        """List alerts: by severity, then the newest first."""
        now = clock.now()
        permissions.require_alert_staff(request.user, now=now)
        wanted = self.query(AlertQuery)
        note_list_look(
            by=request.user,
            what="alerts",
            filters=wanted.model_dump(exclude_none=True, mode="json"),
            clinic_ids=self.entered,
            now=now,
        )
        return self.page(
            queries.filtered(queries.alerts_for(request.user, now=now), wanted),
            ordering=MOST_URGENT_FIRST,
            present=present_alerts,
        )


class AlertView(ApiView):
    """One alert."""

    @extend_schema(operation_id="alerts_read", responses={200: AlertAnswer})
    def get(self, request: Request, alert_id: UUID) -> Response:
        """Read one alert."""
        self.query(self.query_shape)
        now = clock.now()
        alert = permissions.require_alert(request.user, alert_id, now=now)
        note_look(by=request.user, patient=alert.patient, now=now)
        return self.answer(present_alert(alert))


class AcknowledgeView(ApiView):
    """Somebody looks into it."""

    @extend_schema(
        operation_id="alerts_acknowledge",
        request=Acknowledgement,
        responses={200: AlertAnswer},
    )
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Acknowledge an open alert."""
        alert = services.acknowledge(
            alert_id=alert_id,
            request=self.parse(Acknowledgement),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(present_alert(alert))


class ActView(ApiView):
    """What is done about it on the way."""

    @extend_schema(operation_id="alerts_act", request=Act, responses={200: AlertAnswer})
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Note an action before the alert is resolved; it is acknowledged by it."""
        alert = services.act(
            alert_id=alert_id,
            request=self.parse(Act),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(present_alert(alert))


class ResolveView(ApiView):
    """What was found and done."""

    @extend_schema(
        operation_id="alerts_resolve", request=Resolution, responses={200: AlertAnswer}
    )
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Resolve an alert with a judgement and an action."""
        alert = services.resolve(
            alert_id=alert_id,
            request=self.parse(Resolution),
            by=request.user,
            now=clock.now(),
        )
        return self.answer(present_alert(alert))


class EscalationsView(ApiView):
    """That alerts wait, for managers; what they say stays with who treats."""

    @extend_schema(
        operation_id="escalations_list", responses={200: Page[EscalationAnswer]}
    )
    def get(self, request: Request) -> Response:
        """List the alerts that were escalated and at which nobody has looked yet."""
        self.query(self.query_shape)
        now = clock.now()
        escalated = permissions.escalations_for(request.user, now=now)
        note_list_look(
            by=request.user,
            what="escalations",
            filters={},
            clinic_ids=self.entered,
            now=now,
        )
        return self.page(
            escalated,
            ordering=LONGEST_WAITING_FIRST,
            present=lambda rows: present_escalations(rows, now=now),
        )


class OpeningHoursView(ApiView):
    """When a clinic is open: by these hours alerts escalate."""

    @extend_schema(
        operation_id="clinic_opening_hours_read", responses={200: OpeningHoursAnswer}
    )
    def get(self, request: Request, clinic_id: UUID) -> Response:
        """Return the opening hours of a week, without closures."""
        self.query(self.query_shape)
        clinic = entered_clinic(clinic_id, entered=self.entered)
        return self.answer(
            present_opening_hours(clinic, queries.opening_week(clinic.pk))
        )

    @extend_schema(
        operation_id="clinic_opening_hours_set",
        request=OpeningHoursEntry,
        responses={200: OpeningHoursAnswer},
    )
    def put(self, request: Request, clinic_id: UUID) -> Response:
        """Set the opening hours of the whole week."""
        entry = self.parse(OpeningHoursEntry)
        clinic = entered_clinic(clinic_id, entered=self.entered)
        week = services.set_opening_hours(
            entry=entry, clinic=clinic, by=request.user, now=clock.now()
        )
        return self.answer(present_opening_hours(clinic, week))
