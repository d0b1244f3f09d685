"""Routes of flares."""

from django.urls import path

from . import policy_views, views

SESSION = "sessions/<uuid:session_id>/"
POLICY = "alert-policies/<uuid:policy_id>/"

urlpatterns = [
    path(f"{SESSION}verdict/", views.VerdictView.as_view(), name="session-verdict"),
    path(f"{SESSION}verdicts/", views.VerdictsView.as_view(), name="session-verdicts"),
    path("alert-policies/", policy_views.PoliciesView.as_view(), name="alert-policies"),
    path(POLICY, policy_views.OnePolicyView.as_view(), name="alert-policy"),
    path(f"{POLICY}sign/", policy_views.SignView.as_view(), name="alert-policy-sign"),
    path(
        f"{POLICY}shadow/",
        policy_views.ShadowView.as_view(),
        name="alert-policy-shadow",
    ),
    path(
        f"{POLICY}replay/",
        policy_views.ReplayView.as_view(),
        name="alert-policy-replay",
    ),
    path(
        f"{POLICY}replay/cancel/",
        policy_views.CancelReplayView.as_view(),
        name="alert-policy-replay-cancel",
    ),
]
