"""Routes of accounts."""

from django.urls import path

from . import views

urlpatterns = [
    path("auth/tokens/", views.TokensView.as_view(), name="tokens"),
    path("auth/tokens/<uuid:token_id>/", views.TokenView.as_view(), name="token"),
]
