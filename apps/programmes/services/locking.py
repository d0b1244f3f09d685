"""One change of a programme at a time."""

from apps.common.errors import WrongStateError
from apps.programmes.models import PlannedSession, Programme, ProgrammeStatus


def locked_programme(programme: Programme) -> Programme:
    """Return the programme as it is now, locked until the transaction ends."""
    locked: Programme = (
        Programme.objects.select_for_update(of=("self",))
        .select_related("template", "patient__clinic")
        .get(pk=programme.pk)
    )
    return locked


def locked_planned_session(planned: PlannedSession) -> PlannedSession:
    """Return the planned session as it is now, locked until the transaction ends."""
    locked: PlannedSession = (
        PlannedSession.objects.select_for_update(of=("self",))
        .select_related("programme", "patient__clinic")
        .get(pk=planned.pk)
    )
    return locked


def require_running(programme: Programme) -> None:
    """Refuse what no longer makes sense after the end.

    Raises:
        WrongStateError: The programme has ended.
    """
    if programme.ended_on is not None:
        raise WrongStateError(f"This programme ended on {programme.ended_on}.")


def require_active(programme: Programme) -> None:
    """Refuse what needs a running calendar.

    Raises:
        WrongStateError: The programme has ended or is paused.
    """
    require_running(programme)
    if programme.status == ProgrammeStatus.PAUSED:
        raise WrongStateError("This programme is paused. Resume it first.")
