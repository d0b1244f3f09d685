"""How sensitive the rows of a model are."""

from enum import StrEnum


class Privacy(StrEnum):
    """The class of the most sensitive column of a model."""

    PUBLIC = "public"
    """Could be printed: catalogues, templates."""
    OPERATIONAL = "operational"
    """About the running of the system; ids at most."""
    PERSONAL = "personal"
    """Identifies a person."""
    HEALTH = "health"
    """Says something about a person's health."""
