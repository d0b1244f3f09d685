"""Pages of the demo."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.door, name="demo-door"),
    path("demo/mail/", views.mails, name="demo-mails"),
    path("demo/mail/<slug:name>/", views.mail, name="demo-mail"),
]
