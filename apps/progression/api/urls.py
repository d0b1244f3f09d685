"""Routes of load proposals."""

from django.urls import path

from . import views

ONE = "load-proposals/<uuid:proposal_id>/"

urlpatterns = [
    path("load-proposals/", views.LoadProposalsView.as_view(), name="load-proposals"),
    path(ONE, views.LoadProposalView.as_view(), name="load-proposal"),
    path(f"{ONE}accept/", views.AcceptView.as_view(), name="load-proposal-accept"),
    path(f"{ONE}change/", views.ChangeView.as_view(), name="load-proposal-change"),
    path(f"{ONE}dismiss/", views.DismissView.as_view(), name="load-proposal-dismiss"),
]
