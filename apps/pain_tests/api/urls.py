"""Routes of pain tests."""

from django.urls import path

from . import over_time, views

PAIN = "pain-tests/"
PAIN_TEST = f"{PAIN}<uuid:pain_test_id>/"
FUNCTION = "function-tests/"
FUNCTION_TEST = f"{FUNCTION}<uuid:function_test_id>/"

urlpatterns = [
    path(PAIN, views.PainTestsView.as_view(), name="pain-tests"),
    path(
        f"{PAIN}settings/",
        views.PainTestSettingsView.as_view(),
        name="pain-test-settings",
    ),
    path(
        f"{PAIN}over-time/",
        over_time.OverTimeView.as_view(),
        name="pain-tests-over-time",
    ),
    path(f"{PAIN}p50-orders/", views.P50OrdersView.as_view(), name="p50-orders"),
    path(
        f"{PAIN}p50-orders/<uuid:order_id>/",
        views.P50OrderView.as_view(),
        name="p50-order",
    ),
    path(PAIN_TEST, views.PainTestView.as_view(), name="pain-test"),
    path(f"{PAIN_TEST}void/", views.VoidPainTestView.as_view(), name="pain-test-void"),
    path(
        f"{PAIN_TEST}versions/",
        views.PainTestVersionsView.as_view(),
        name="pain-test-versions",
    ),
    path(FUNCTION, views.FunctionTestsView.as_view(), name="function-tests"),
    path(FUNCTION_TEST, views.FunctionTestView.as_view(), name="function-test"),
    path(
        f"{FUNCTION_TEST}void/",
        views.VoidFunctionTestView.as_view(),
        name="function-test-void",
    ),
    path(
        f"{FUNCTION_TEST}versions/",
        views.FunctionTestVersionsView.as_view(),
        name="function-test-versions",
    ),
]
