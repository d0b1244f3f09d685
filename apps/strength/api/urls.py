"""Routes of strength."""

from django.urls import path

from . import views

TESTS = "one-rep-max-tests/"
TEST = f"{TESTS}<uuid:test_id>/"

urlpatterns = [
    path(TESTS, views.OneRepMaxTestsView.as_view(), name="one-rep-max-tests"),
    path(TEST, views.OneRepMaxTestView.as_view(), name="one-rep-max-test"),
    path(
        f"{TEST}void/",
        views.VoidOneRepMaxTestView.as_view(),
        name="one-rep-max-test-void",
    ),
    path(
        f"{TEST}versions/",
        views.OneRepMaxTestVersionsView.as_view(),
        name="one-rep-max-test-versions",
    ),
]
