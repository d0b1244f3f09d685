"""Statements that are made once: for what every request does.

Building a query costs Django several times what PostgreSQL takes to answer it, and a
query with row-level security costs PostgreSQL more to plan than to run. So here Django
builds each shape of a query once a process, and PostgreSQL, where the connection's
``prepare_threshold`` allows it, plans it once a connection.
"""

import itertools
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, Final, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import connection, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import Lookup, Model, QuerySet, UUIDField
from django.db.models.query import ModelIterable

AnyModel = TypeVar("AnyModel", bound=Model)
Plain = int | str | UUID | datetime | list[UUID] | None
_BEYOND_ALL_KEYS: Final = 2**62
_BEYOND_ALL_TIMES: Final = datetime(9000, 1, 1, tzinfo=UTC)


class _PreparingCursor(ServerBindingCursor):
    """Leaves it to the connection what is prepared, but shows its log everything."""

    def execute(self, query: Any, params: Any = None) -> Any:
        prepare = False if connection.queries_logged else None
        return super().execute(query, params, prepare=prepare)  # type: ignore[misc]


def prepared_cursor() -> AbstractContextManager[Any]:
    """Return a cursor whose statements are planned once a connection.

    Values travel apart from the statement; it must say their types where PostgreSQL
    cannot tell.
    """
    connection.ensure_connection()
    ours: Any = connection
    cursor: Any = _PreparingCursor
    wrapped: AbstractContextManager[Any] = ours._prepare_cursor(cursor(ours.connection))
    return wrapped


class Compiled(Generic[AnyModel]):
    """A query of rows that Django builds once for each shape of its arguments.

    Takes a function from plain values (keys, ids, texts, times, lists of ids) to a
    queryset, which may use ``select_related`` and ``annotate`` but no prefetch. The
    function may only hand the values on (a list to ``__any_of``): others stand in for
    them when it is called. Which of them are ``None`` makes the shape.
    """

    def __init__(self, build: Callable[..., QuerySet[AnyModel]]) -> None:
        self._build = build
        self._shapes: dict[Any, _Shape] = {}

    def __call__(self, **values: Plain) -> list[AnyModel]:
        """Return the rows for these values."""
        key = frozenset(name for name, value in values.items() if value is not None)
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = _shape_of(self._build, values)
        parameters = [each.fill(values) for each in shape.parameters]
        with prepared_cursor() as cursor:
            cursor.execute(shape.sql, parameters)
            return shape.objects(cursor.fetchall())


@UUIDField.register_lookup
class AnyOf(Lookup):
    """Is one of a list of ids, like ``__in``, but the list is one value."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the condition."""
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*parameters, self.rhs]


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One parameter of a statement: a constant, or one of the given values."""

    name: str | None
    constant: Any

    def fill(self, given: dict[str, Any]) -> Any:
        if self.name is None:
            return self.constant
        value = given[self.name]
        # Integers carry the type of their column.
        if isinstance(self.constant, int):
            return type(self.constant)(value)
        return value


@dataclass(frozen=True, slots=True)
class _Shape:
    """A compiled query."""

    compiler: Any
    converters: Any
    sql: str
    parameters: list[_Parameter]

    def objects(self, found: list[Any]) -> list[Any]:
        """Return the model's objects of rows that were fetched."""
        # A copy: threads share the compiled one, and each has a connection.
        compiler = copy(self.compiler)
        # Itself, not what stands for it: it is asked about each column.
        compiler.connection = connections[connection.alias]
        compiler.execute_sql = lambda **_: [found]
        compiler.get_converters = lambda _: self.converters
        as_queryset: Any = SimpleNamespace(
            query=SimpleNamespace(get_compiler=lambda **_: compiler),
            db=connection.alias,
            _known_related_objects={},
        )
        return list(ModelIterable(as_queryset))


def _shape_of(build: Callable[..., QuerySet[Any]], values: dict[str, Any]) -> _Shape:
    compiler, sql, parameters = _compile(build, values)
    _, other_sql, others = _compile(build, values)
    if sql != other_sql or _constants(parameters) != _constants(others):
        raise TypeError("A value was changed on its way into a compiled query.")
    columns = [column for column, *_ in compiler.select[: compiler.col_count]]
    return _Shape(
        compiler=compiler,
        converters=compiler.get_converters(columns),
        sql=sql,
        parameters=parameters,
    )


def _compile(
    build: Callable[..., QuerySet[Any]], values: dict[str, Any]
) -> tuple[Any, str, list[_Parameter]]:
    stand_ins = {name: _stand_in(value) for name, value in values.items()}
    compiler = build(**stand_ins).query.get_compiler(connection=connection)
    sql, constants = compiler.as_sql()
    return compiler, sql, [_parameter(each, stand_ins) for each in constants]


def _parameter(constant: Any, stand_ins: dict[str, Any]) -> _Parameter:
    names = (name for name, each in stand_ins.items() if each == constant)
    return _Parameter(name=next(names, None), constant=constant)


def _constants(parameters: list[_Parameter]) -> list[Any]:
    return [each.constant for each in parameters if each.name is None]


_numbers = itertools.count(1)


def _stand_in(value: Any) -> Any:
    """Return a value of the same kind that stands nowhere else."""
    if value is None:
        return None
    if isinstance(value, list):
        return [uuid4()]
    if isinstance(value, UUID):
        return uuid4()
    number = next(_numbers)
    if isinstance(value, datetime):
        return _BEYOND_ALL_TIMES + timedelta(seconds=number)
    return _BEYOND_ALL_KEYS + number if isinstance(value, int) else f"stand-in {number}"


def insert_together(rows: Sequence[Model]) -> None:
    """Insert rows of several tables at once: one statement for keys, one for all rows.

    They may come in any order and point at each other: foreign keys are checked at the
    end of the statement.
    """
    _number([each for each in rows if each.pk is None])
    documents: dict[type[Model], list[dict[str, Any]]] = {}
    for each in rows:
        documents.setdefault(type(each), []).append(_document(each))
    with prepared_cursor() as cursor:
        cursor.execute(
            _insert(tuple(documents)),
            [json.dumps(each, default=str) for each in documents.values()],
        )
    for each in rows:
        each._state.adding = False
        each._state.db = connection.alias


def _number(rows: Sequence[Model]) -> None:
    """Give rows the keys that their tables' sequences give next."""
    if not rows:
        return
    models = tuple(dict.fromkeys(type(each) for each in rows))
    with prepared_cursor() as cursor:
        counts = [sum(type(each) is model for each in rows) for model in models]
        cursor.execute(_next_keys(models), counts)
        keys = dict(zip(models, map(iter, cursor.fetchone()), strict=True))
    for each in rows:
        each.pk = next(keys[type(each)])


@cache
def _next_keys(models: tuple[type[Model], ...]) -> str:
    # Names of tables and columns are the models' own.
    return "SELECT " + ", ".join(
        f"ARRAY(SELECT nextval('{model._meta.db_table}_id_seq') "  # noqa: S608
        "FROM generate_series(1, %s::int))"
        for model in models
    )


@cache
def _insert(models: tuple[type[Model], ...]) -> str:
    *before, last = (_insert_one(model) for model in models)
    named = ", ".join(f"part{nth} AS ({each})" for nth, each in enumerate(before))
    return f"WITH {named} {last}" if named else last


def _insert_one(model: type[Model]) -> str:
    # The row type of the table tells PostgreSQL how to read each value.
    table = model._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    return (
        f'INSERT INTO "{table}" ({columns}) SELECT {columns} '  # noqa: S608
        f'FROM json_populate_recordset(NULL::"{table}", %s::json)'
    )


def _document(row: Any) -> dict[str, Any]:
    # Keys of rows that were numbered after they were pointed at.
    row._prepare_related_fields_for_save(operation_name="insert_together")
    return {
        field.column: field.pre_save(row, True) for field in row._meta.concrete_fields
    }
