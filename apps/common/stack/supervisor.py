"""Keeps processes running, and stops all of them in the reverse order."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import StackError
from .processes import Process

MOST_DEATHS = 5
WINDOW_S = 60
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8


@dataclass(slots=True)
class Service:
    """A process that shall always run."""

    name: str
    start: Callable[[], Process]
    process: Process | None = None
    deaths: deque[float] = field(default_factory=deque)
    # Set while it is dead: when to try again.
    restart_at: float | None = None


class Supervisor:
    """Starts services in order, restarts what dies, stops in reverse order."""

    def __init__(
        self,
        *,
        say: Callable[[str], None],
        remember: Callable[[str, int], None],
    ) -> None:
        """Keep nothing running yet.

        Args:
            say: Tells the person at the terminal.
            remember: Notes name and number of each process that was started.
        """
        self._say = say
        self._remember = remember
        self._services: list[Service] = []

    def start(self, *, name: str, start: Callable[[], Process]) -> Process:
        """Start a service and keep it running from now on."""
        service = Service(name=name, start=start)
        process = self._run(service)
        self._services.append(service)
        return process

    def process(self, name: str) -> Process:
        """Return the process that runs as a service now, or ran last.

        Raises:
            KeyError: No such service was started.
        """
        process = self._service(name).process
        if process is None:
            raise KeyError(name)
        return process

    def restart(
        self, name: str, *, start: Callable[[], Process] | None = None
    ) -> Process:
        """Start a service that has ended, from now on by ``start`` if that is given."""
        service = self._service(name)
        service.start = start or service.start
        service.restart_at = None
        return self._run(service)

    def watch(self, *, now: float | None = None) -> None:
        """Look once at every service; restart what is dead and due.

        Raises:
            StackError: A service died too often to go on.
        """
        now = time.monotonic() if now is None else now
        for service in self._services:
            if service.restart_at is not None:
                self._restart_if_due(service, now=now)
            elif service.process is not None and not service.process.is_running:
                self._note_death(service, now=now)

    def stop(self) -> None:
        """Stop everything, the last first; safe to repeat."""
        while self._services:
            service = self._services.pop()
            if service.process is not None:
                service.process.stop()

    def _service(self, name: str) -> Service:
        for service in self._services:
            if service.name == name:
                return service
        raise KeyError(name)

    def _run(self, service: Service) -> Process:
        service.process = service.start()
        self._remember(service.name, service.process.pid)
        return service.process

    def _restart_if_due(self, service: Service, *, now: float) -> None:
        if service.restart_at is None or now < service.restart_at:
            return
        service.restart_at = None
        try:
            self._run(service)
        except StackError as error:
            self._say(str(error))
            self._plan_restart(service, now=now, why="did not come up")
        else:
            self._say(f"{service.name} runs again.")

    def _note_death(self, service: Service, *, now: float) -> None:
        code = service.process.exit_code if service.process else None
        how = (
            f"was killed by signal {-code}" if code and code < 0 else f"ended ({code})"
        )
        if service.process:
            # Its own children must not go on beside the new ones.
            service.process.stop()
        self._plan_restart(service, now=now, why=how)

    def _plan_restart(self, service: Service, *, now: float, why: str) -> None:
        service.deaths.append(now)
        while service.deaths and service.deaths[0] < now - WINDOW_S:
            service.deaths.popleft()
        count = len(service.deaths)
        if count >= MOST_DEATHS:
            tail = service.process.log_tail() if service.process else ""
            raise StackError(
                f"{service.name} {why}, {count} times in a minute. Its last words:\n"
                f"{tail}"
            )
        pause_s = min(FIRST_PAUSE_S * 2 ** (count - 1), LONGEST_PAUSE_S)
        service.restart_at = now + pause_s
        self._say(f"{service.name} {why}; starting it again in {pause_s:g} s.")
