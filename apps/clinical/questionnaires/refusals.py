"""What is said when an answer, an instrument or a wording cannot be."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import ClinicalInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One thing that cannot be.

    `where` is an item's code for an answer and a JSON pointer for a file; `rule`
    is the short name of the rule that is broken; `detail` says what to do.
    """

    where: str
    rule: str
    detail: str


class QuestionnaireDataError(ClinicalInputError):
    """An instrument or a wording that breaks rules; all that are known are told."""

    def __init__(self, subject: str, *, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        told = " ".join(f"{each.where or '/'} {each.detail}" for each in self.refusals)
        super().__init__(f"{subject}: {told}")
