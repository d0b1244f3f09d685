"""Routes of exercises."""

from django.urls import path

from . import views

urlpatterns = [
    path("exercises/", views.ExercisesView.as_view(), name="exercises"),
    path(
        "exercises/<uuid:exercise_id>/", views.ExerciseView.as_view(), name="exercise"
    ),
]
