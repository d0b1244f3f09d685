"""Writes owned by context."""

from .doses import change_dose
from .kinds import ADVERSE_EVENT, AGREEMENT, CO_INTERVENTION, FLARE_PLAN, PHENOTYPE
from .records import Kind, Recorded, correct, enter, void

__all__ = [
    "ADVERSE_EVENT",
    "AGREEMENT",
    "CO_INTERVENTION",
    "FLARE_PLAN",
    "PHENOTYPE",
    "Kind",
    "Recorded",
    "change_dose",
    "correct",
    "enter",
    "void",
]
