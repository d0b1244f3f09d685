"""Refusals at the gates of harder work; a therapist may go on and sign why."""

from apps.clinical.intensity.gates import WORDS, Gate
from apps.common.errors import WrongStateError


def require_open(gate: Gate, *, what: str, override_reason: str | None) -> None:
    """Refuse what a closed gate holds back, unless a therapist says why it is done.

    Raises:
        WrongStateError: The gate is closed and there is no ``override_reason``.
    """
    if gate.is_open or override_reason:
        return
    raise WrongStateError(
        f"{what} {words_of(gate)} To go on all the same, send override_reason.",
        pointer="/override_reason",
    )


def overridden(gate: Gate) -> dict[str, list[str]]:
    """Return what the trail tells of a gate that was passed although it was closed."""
    return {} if gate.is_open else {"overridden": list(gate.reasons)}


def words_of(gate: Gate) -> str:
    """Return every reason why a gate is closed, in words."""
    return " ".join(WORDS[reason] for reason in gate.reasons)
