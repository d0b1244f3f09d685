"""Pages of the demo."""

from django.urls import path
from django.views.generic import RedirectView

from . import views

urlpatterns = [
    # Mails lead to the portal; until it is there, the door says where to look.
    path("portal/", RedirectView.as_view(pattern_name="demo-door"), name="demo-portal"),
    path("demo/", views.door, name="demo-door"),
    path("demo/mail/", views.mails, name="demo-mails"),
    path("demo/mail/<slug:name>/", views.mail, name="demo-mail"),
]
