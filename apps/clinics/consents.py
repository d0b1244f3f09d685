"""What patients allow now, and the words that they read."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from .models import Clinic, ConsentDecision, ConsentText, Decision, Patient, Purpose

SHIPPED_VERSION: Final = 1
# Who is treated has agreed to that by coming, and mails were announced in the letter
# that invites: these hold until they are withdrawn. The others need a yes.
HOLD_UNASKED: Final = frozenset({Purpose.CARE, Purpose.MESSAGES})
_SHIPPED: Final = Path(__file__).parent / "data" / "consent_texts.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextInForce:
    """The words of one purpose at one clinic, by language."""

    purpose: Purpose
    version: int
    texts: dict[str, str]
    written_at: datetime | None

    def in_language(self, *wanted: str) -> tuple[str, str]:
        """Return the first language wanted that there is, and the words in it."""
        language = next(each for each in (*wanted, *self.texts) if each in self.texts)
        return language, self.texts[language]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one patient allows of one purpose, and the words in their language.

    ``newest`` is their newest decision, if there is one. ``has_changed``: what they
    allowed was said in other words.
    """

    purpose: Purpose
    holds: bool
    newest: ConsentDecision | None
    version: int
    language: str
    text: str
    has_changed: bool


@cache
def shipped_texts() -> dict[str, dict[str, str]]:
    """Return version 1 of each purpose, by language."""
    content = json.loads(_SHIPPED.read_text(encoding="utf-8"))
    texts: dict[str, dict[str, str]] = content["texts"]
    return texts


def texts_in_force(clinic: Clinic) -> list[TextInForce]:
    """Return the newest words of each purpose, in the order of ``Purpose``."""
    own = {
        row.purpose: row
        for row in ConsentText.objects.filter(clinic=clinic)
        .order_by("purpose", "-version")
        .distinct("purpose")
    }
    return [_text(purpose, own.get(purpose)) for purpose in Purpose]


def standings(patient: Patient) -> list[Standing]:
    """Return what the patient, whose clinic is loaded, allows of each purpose."""
    newest = {
        row.purpose: row
        for row in ConsentDecision.objects.filter(patient=patient)
        .order_by("purpose", "-pk")
        .distinct("purpose")
    }
    return [
        _standing(patient, text=text, newest=newest.get(text.purpose))
        for text in texts_in_force(patient.clinic)
    ]


def allows(patient: Patient, purpose: Purpose) -> bool:
    """Say whether the patient allows the purpose now."""
    return patients_allowing(purpose).filter(pk=patient.pk).exists()


def patients_allowing(purpose: Purpose) -> QuerySet[Patient]:
    """Return the patients within the open wall who allow the purpose now."""
    decided = ConsentDecision.objects.filter(patient=OuterRef("pk"), purpose=purpose)
    newest = Subquery(decided.order_by("-pk").values("decision")[:1])
    allowing = Q(newest_decision=Decision.GIVEN)
    if purpose in HOLD_UNASKED:
        allowing |= Q(~Exists(decided))
    return Patient.objects.alias(newest_decision=newest).filter(allowing)


def _text(purpose: Purpose, own: ConsentText | None) -> TextInForce:
    if own is None:
        return TextInForce(
            purpose=purpose,
            version=SHIPPED_VERSION,
            texts=shipped_texts()[purpose],
            written_at=None,
        )
    return TextInForce(
        purpose=purpose,
        version=own.version,
        texts=own.texts,
        written_at=own.written_at,
    )


def _standing(
    patient: Patient, *, text: TextInForce, newest: ConsentDecision | None
) -> Standing:
    language, words = text.in_language(patient.language, patient.clinic.language)
    is_given = newest is not None and newest.decision == Decision.GIVEN
    return Standing(
        purpose=text.purpose,
        holds=is_given or (newest is None and text.purpose in HOLD_UNASKED),
        newest=newest,
        version=text.version,
        language=language,
        text=words,
        has_changed=is_given and newest is not None and newest.version != text.version,
    )
