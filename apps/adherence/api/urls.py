"""Routes of adherence."""

from django.urls import path

from . import views

urlpatterns = [
    path("adherence/", views.AdherenceView.as_view(), name="adherence"),
]
