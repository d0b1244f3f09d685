"""What the detector notices in the pattern of pain."""

from django.apps import AppConfig


class FlaresConfig(AppConfig):
    """What the detector notices in the pattern of pain."""

    name = "apps.flares"
