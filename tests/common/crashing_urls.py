"""Routes that fail in ways the real ones must not."""

from django.urls import path
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny

from apps.clinics.models import Clinic
from apps.common.api.views import ApiView
from eihtrack.urls import handler404, handler500, urlpatterns

__all__ = ["handler404", "handler500"]


class CrashingView(ApiView):
    """Write, then crash."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request):
        Clinic.objects.create(name="half-done", time_zone="UTC")
        patient_says = "secret words of a patient"
        raise RuntimeError("defect" + patient_says[:0])


class ThrottledView(ApiView):
    """Write, then say that it was too much."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request):
        Clinic.objects.create(name="half-done", time_zone="UTC")
        raise Throttled(wait=11.2)


urlpatterns = [
    path("crash/", CrashingView.as_view()),
    path("throttle/", ThrottledView.as_view()),
    *urlpatterns,
]
