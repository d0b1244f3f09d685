"""Days as they stand in pictures."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _


def short_day(day: date) -> str:
    """Return a day without its year, short enough to stand below a point."""
    # Translators: a day without its year, in the letters of Django's date formats.
    return date_format(day, _("j M"))
