"""The accounts of the demo."""

from dataclasses import dataclass

from apps.common.stack.notes import DEMO_CLINIC

CLINIC = DEMO_CLINIC
OTHER_CLINIC = "Norrviken Physiotherapy"


@dataclass(frozen=True, slots=True)
class Account:
    """One account to try, and what it shows."""

    email: str
    name: str
    shows: str


ACCOUNTS = (
    Account("anna@demo.example", "Anna Lindqvist", "patient, treated by Tove"),
    Account("tove@demo.example", "Tove Berg", "physiotherapist, Anna's therapist"),
    Account("stig@demo.example", "Stig Nyman", "physiotherapist in the other clinic"),
    Account("maria@demo.example", "Maria Öst", "manager"),
    Account("assessor@demo.example", "Asta Sund", "blinded assessor"),
)
