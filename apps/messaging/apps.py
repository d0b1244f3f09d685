"""That a message is sent; why is somebody else's business."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """That a message is sent; why is somebody else's business."""

    name = "apps.messaging"
