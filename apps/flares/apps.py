"""What the detector notices in the pattern of pain."""

from django.apps import AppConfig


class FlaresConfig(AppConfig):
    """What the detector notices in the pattern of pain."""

    name = "apps.flares"

    def ready(self) -> None:
        """Tell the programmes below how exercise was borne."""
        # Models can be imported from here on.
        from apps.programmes import tolerance  # noqa: PLC0415

        from .tolerance import DetectorsTolerance  # noqa: PLC0415

        tolerance.read_by(DetectorsTolerance())
