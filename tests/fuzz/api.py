"""The API as a fuzzer meets it: the document's own cases, on the rows of a scene."""

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import schemathesis
from django.core.signals import (
    got_request_exception,
    request_finished,
    request_started,
)
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup

from apps.common.api.openapi import openapi_document
from tests.contracts.permission_table import TABLE, Line
from tests.contracts.routes import api_routes
from tests.factories.people import bearer

from .rows import FuzzScene, may

BOTH = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
# A rule of the clinic refuses much that the document allows, so what is valid by the
# document alone need not be accepted; the other three need a history of calls.
NOT_ASKED = (
    "positive_data_acceptance",
    "use_after_free",
    "ensure_resource_availability",
    "object_level_authorization",
)
NAME_OF_ID = {
    "patient": "patient_id",
    "exercise": "exercise_id",
    "session": "session_id",
    "template": "template_id",
    "copy_of": "template_id",
    "based_on": "policy_id",
    "planned_session": "planned_session_id",
    "questionnaire": "questionnaire_id",
    "wording": "wording_id",
}


def load_schema() -> Any:
    """Return the product's own document, ready for cases against this process."""
    load_all_checks()
    config = SchemathesisConfig()
    project = config.projects.get_default()
    project.generation.update(with_security_parameters=False)
    # A correction of another version is refused as such.
    project.checks.negative_data_rejection.expected_statuses += ["412"]
    schema = schemathesis.openapi.from_dict(
        json.loads(openapi_document()), config=config
    )
    schema.app = get_wsgi_application()
    return schema


def operations(schema: Any) -> list[Any]:
    """Return every operation of the document."""
    return [each.ok() for each in schema.get_all_operations()]


@contextmanager
def rolled_back() -> Iterator[None]:
    """Run a block of which nothing remains."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def connection_kept() -> Iterator[None]:
    """Keep requests within the test's own transaction, as Django's client does."""
    both = (request_started, request_finished)
    for each in both:
        each.disconnect(close_old_connections)
    try:
        yield
    finally:
        for each in both:
            each.connect(close_old_connections)


@dataclass
class Tally:
    """How many cases an operation saw, and how it answered."""

    statuses: Counter[int] = field(default_factory=Counter)

    def within(self, first: int) -> int:
        """Return how many answers were in the hundred that begins with ``first``."""
        return sum(
            count
            for status, count in self.statuses.items()
            if first <= status < first + 100
        )


class Fuzzer:
    """Sends cases as one person and keeps what was wrong with the answers."""

    def __init__(self, schema: Any, scene: FuzzScene, *, person: str) -> None:
        self.tallies: defaultdict[str, Tally] = defaultdict(Tally)
        self.failures: dict[str, str] = {}
        self._schema = schema
        self._scene = scene
        self._person = person
        self._not_asked = NOT_ASKED
        self._headers = {}
        if person != "nobody":
            token = bearer(scene.scene.users[person])
            self._headers = {"Authorization": f"Bearer {token}"}
        else:
            # Who is not signed in is told so, whatever they ask for.
            self._not_asked += ("unsupported_method",)
        self._defect: BaseException | None = None
        paths = {route.name: route.path for route in api_routes()}
        self._lines: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
        for line in TABLE:
            self._lines[paths[line.route], line.method].append(line)

    def run_honest(self, operation: Any) -> None:
        """Send what the table says, as an honest client does, on rows that allow it."""
        for line in self._lines_of(operation):
            ids = self._scene.ids(line)
            names = re.findall(r"{(\w+)}", operation.path)
            version = f'"{line.version}"'
            case = operation.Case(
                path_parameters={name: str(ids[name]) for name in names},
                headers={} if line.version is None else {"If-Match": version},
                query=line.query(self._scene.scene) if line.query else {},
                **({"body": self._scene.body(line)} if line.body else {}),
                media_type="application/json" if line.body else None,
            )
            with self._noted(operation):
                self._call(case)

    def should_reach(self) -> set[str]:
        """Return the operations that the table lets this person do."""
        return {
            operation.label
            for operation in operations(self._schema)
            for line in self._lines_of(operation)
            if may(line, person=self._person)
        }

    def run_edges(self, operation: Any, *, at_most: int, seed: int) -> None:
        """Send the document's edge cases, spread over all of them."""
        cases = list(
            self._schema.iter_coverage_cases(
                operation,
                generation_modes=BOTH,
                generation_config=self._schema.config.generation_for(
                    operation=operation
                ),
            )
        )
        random = Random(f"{seed} {operation.label}")
        for case in random.sample(cases, min(at_most, len(cases))):
            with self._noted(operation):
                self._send(case, Random(random.random()))

    def run_drawn(self, operation: Any, *, at_most: int, seed: int) -> None:
        """Send cases that Hypothesis draws, and make a failing one small."""

        @with_seed(seed)
        @settings(
            max_examples=at_most,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(
            case=st.one_of(*(operation.as_strategy(mode) for mode in BOTH)),
            choice=st.integers(0, 2**16),
        )
        def one(case: Case, choice: int) -> None:
            self._send(case, Random(choice))

        with self._noted(operation):
            one()

    def _send(self, case: Case, random: Random) -> None:
        is_other_method = case.method.lower() != case.operation.method.lower()
        takes_real_rows = is_other_method or random.random() < 0.75
        if takes_real_rows:
            self._take_real_rows(case, random)
        not_asked = self._not_asked
        headers = case.headers or {}
        if takes_real_rows or "Authorization" in headers:
            # What was wrong by the document may have been exchanged for what is right.
            not_asked += ("negative_data_rejection",)
        self._call(case, not_asked=not_asked)

    def _call(self, case: Case, *, not_asked: tuple[str, ...] | None = None) -> None:
        self._defect = None
        got_request_exception.connect(self._note_defect)
        try:
            with rolled_back():
                response = case.call(headers=dict(self._headers))
                case.validate_response(
                    response,
                    excluded_checks=CHECKS.get_by_names(not_asked or self._not_asked),
                    headers=dict(self._headers),
                    transport_kwargs={"headers": dict(self._headers)},
                )
                # Edge cases ask with other methods too, and OPTIONS is answered.
                if case.method.lower() == case.operation.method.lower():
                    tally = self.tallies[case.operation.label]
                    tally.statuses[response.status_code] += 1
        finally:
            got_request_exception.disconnect(self._note_defect)

    def _note_defect(self, *, request: Any, **_: Any) -> None:
        del request
        self._defect = sys.exc_info()[1]

    @contextmanager
    def _noted(self, operation: Any) -> Iterator[None]:
        try:
            yield
        except FailureGroup as group:
            for each in group.exceptions:
                key = f"{operation.label}: {each.title}"
                self.failures.setdefault(key, f"{group}\n{self._defect!r}")

    def _take_real_rows(self, case: Case, random: Random) -> None:
        """Let the case speak of rows that are there; random ids never do."""
        if case.method.lower() != case.operation.method.lower():
            # A clinic of other people is refused before the method is looked at.
            case.headers.pop("X-Clinic", None)
        # Of two lines of an operation the last one is about a single patient.
        line = self._lines[case.operation.path, case.method][-1:]
        ids = self._scene.ids(line[0]) if line else self._scene.scene.ids
        case.path_parameters = {
            name: str(ids[name]) if name in ids and _is_uuid(value) else value
            for name, value in (case.path_parameters or {}).items()
        }
        headers = case.headers or {}
        if _is_uuid(headers.get("X-Clinic", "")):
            headers["X-Clinic"] = str(self._scene.scene.patient.clinic.public_id)
        if "If-Match" in headers and line:
            headers["If-Match"] = f'"{line[0].version}"'
        case.query = _with_real_ids(case.query, ids)
        case.body = _with_real_ids(case.body, ids)
        if line and line[0].body and isinstance(case.body, dict):
            case.body = self._blend(line[0], case.body, random)

    def _blend(self, line: Line, body: dict[str, Any], random: Random) -> Any:
        """Put a few of the drawn fields into a body that is known to be accepted."""
        if random.random() < 0.3 or not body:
            return body
        taken = random.sample(sorted(body), min(random.choice((0, 1, 1, 2)), len(body)))
        return self._scene.body(line) | {name: body[name] for name in taken}

    def _lines_of(self, operation: Any) -> list[Line]:
        return self._lines[operation.path, operation.method.upper()]

    def table(self) -> str:
        """Return the operations with their numbers of cases, 2xx and 4xx."""
        rows = [f"{'cases':>6}{'2xx':>6}{'4xx':>6}  operation"]
        rows += [
            f"{each.statuses.total():>6}{each.within(200):>6}{each.within(400):>6}"
            f"  {label}"
            for label, each in sorted(self.tallies.items())
        ]
        return "\n".join(rows)

    def reached(self) -> set[str]:
        """Return the operations that did what they were asked at least once."""
        return {label for label, each in self.tallies.items() if each.within(200)}


def _with_real_ids(value: Any, ids: dict[str, UUID]) -> Any:
    if isinstance(value, dict):
        return {key: _real(key, each, ids) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_real_ids(each, ids) for each in value]
    return value


def _real(key: str, value: Any, ids: dict[str, UUID]) -> Any:
    if key in NAME_OF_ID and _is_uuid(value):
        return str(ids[NAME_OF_ID[key]])
    return _with_real_ids(value, ids)


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False
