from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from pydantic import field_validator

from apps.common.errors import InvalidEntryError
from apps.common.shapes import (
    MOST_FAULTS,
    ChangeRequest,
    Day,
    Flag,
    Instant,
    Line,
    Load,
    Pain,
    RequiredLine,
    Rpe,
    Shape,
    rule_broken,
)

ID = "0195e2a0-0000-7000-8000-000000000001"
OTHER_ID = "0195e2a0-0000-7000-8000-000000000002"


class Side(StrEnum):
    LEFT = "left"


class Part(Shape):
    load: Load
    pain_mm: Pain | None = None


class Sample(Shape):
    id: UUID | None = None
    sent_at: Instant | None = None
    at: Instant
    on: Day | None = None
    load: Load | None = None
    parts: list[Part] = []
    flags: frozenset[str] = frozenset()
    side: Side | None = None
    note: Line = ""
    novel: Flag = False
    rpe: Rpe | None = None


class Change(ChangeRequest):
    weight: Decimal | None = None
    reason: Line = ""


AT = "2026-03-02T10:00:00+01:00"


def digest(**fields):
    return Sample.parse({"at": AT, **fields}).digest()


def faults(shape, data):
    with pytest.raises(InvalidEntryError) as raised:
        shape.parse(data)
    return [(each["pointer"], each["code"]) for each in raised.value.errors]


@pytest.mark.requirement("C3")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            {"load": {"value": "40", "unit": "kg"}},
            {"load": {"value": "40.0", "unit": "kg"}},
            id="40 and 40.0",
        ),
        pytest.param(
            {"load": {"value": "0", "unit": "kg"}},
            {"load": {"value": "0.00", "unit": "kg"}},
            id="zero and its zeros",
        ),
        pytest.param(
            {"load": {"value": "-0", "unit": "kg"}},
            {"load": {"value": "0", "unit": "kg"}},
            id="zero and its sign",
        ),
        pytest.param(
            {"load": {"value": "1E+2", "unit": "kg"}},
            {"load": {"value": "100", "unit": "kg"}},
            id="exponent",
        ),
        pytest.param(
            {"at": "2026-03-02T09:00:00Z"},
            {"at": "2026-03-02T10:00:00.000+01:00"},
            id="zones of one instant",
        ),
        pytest.param({}, {"note": "", "parts": []}, id="a default written out"),
        pytest.param({}, {"load": None}, id="null written out"),
        pytest.param({"flags": ["a", "b"]}, {"flags": ["b", "a"]}, id="order of a set"),
        pytest.param({"id": ID}, {"id": OTHER_ID}, id="the id itself"),
        pytest.param({}, {"sent_at": "2026-03-02T10:00:01Z"}, id="when it was sent"),
        pytest.param({"note": " a "}, {"note": "a"}, id="blanks around"),
        pytest.param(
            {"load": {"value": "40", "unit": "kg"}},
            {"load": {"unit": "kg", "value": "40"}},
            id="order of fields",
        ),
    ],
)
def test_digest_is_the_same_for_the_same_content(one, other):
    assert digest(**one) == digest(**other)


@pytest.mark.requirement("C3")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"load": {"value": "40", "unit": "kg"}},
            {"load": {"value": "40", "unit": "lb"}},
        ),
        (
            {"load": {"value": "40", "unit": "kg"}},
            {"load": {"value": "40.001", "unit": "kg"}},
        ),
        ({"at": "2026-03-02T09:00:00Z"}, {"at": "2026-03-02T09:00:00.001Z"}),
        ({"note": "a"}, {"note": "A"}),
        ({"rpe": None}, {"rpe": 6}),
        (
            {"parts": [{"load": {"value": "1", "unit": "kg"}, "pain_mm": 0}]},
            {"parts": [{"load": {"value": "1", "unit": "kg"}}]},
        ),
    ],
)
def test_digest_differs_for_other_content(one, other):
    assert digest(**one) != digest(**other)


def test_digest_is_a_sha256():
    assert len(digest()) == 64


@pytest.mark.requirement("C3")
def test_digest_of_a_correction_tells_null_from_left_out():
    emptied = Change.parse({"weight": None}).digest()
    untouched = Change.parse({}).digest()

    assert emptied != untouched


def test_digest_of_a_correction_leaves_its_own_id_out():
    one = Change.parse({"weight": "70", "change_id": ID}).digest()
    other = Change.parse({"weight": "70.0", "change_id": OTHER_ID}).digest()

    assert one == other


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, [("/at", "required")]),
        ({"at": AT, "noet": "x"}, [("/noet", "unknown_field")]),
        ({"at": "2026-03-02T10:00:00"}, [("/at", "offset_required")]),
        ({"at": 1772449200}, [("/at", "invalid")]),
        ({"at": "1772449200"}, [("/at", "invalid")]),
        ({"at": "2026-03-02"}, [("/at", "invalid")]),
        ({"at": "2026-02-30T10:00Z"}, [("/at", "invalid")]),
        ({"at": "0001-01-01T00:00:00+14:00"}, [("/at", "out_of_range")]),
        ({"at": "9999-12-31T23:59:59-14:00"}, [("/at", "out_of_range")]),
        ({"at": AT, "on": "2026-03-02T00:00:00"}, [("/on", "invalid")]),
        ({"at": AT, "on": "1772409600"}, [("/on", "invalid")]),
        ({"at": AT, "on": 20514}, [("/on", "invalid")]),
        ({"at": AT, "on": "1899-12-31"}, [("/on", "out_of_range")]),
        ({"at": AT, "novel": "yes"}, [("/novel", "invalid")]),
        ({"at": AT, "novel": 1}, [("/novel", "invalid")]),
        ({"at": AT, "side": "middle"}, [("/side", "invalid_choice")]),
        ({"at": AT, "note": "x" * 201}, [("/note", "max_length")]),
        ({"at": AT, "note": 5}, [("/note", "invalid")]),
        (
            {"at": AT, "load": {"value": "40.0001", "unit": "kg"}},
            [("/load/value", "invalid")],
        ),
        (
            {"at": AT, "load": {"value": "nan", "unit": "kg"}},
            [("/load/value", "invalid")],
        ),
        (
            {"at": AT, "load": {"value": "40", "unit": "stone"}},
            [("/load/unit", "invalid_choice")],
        ),
        (
            {"at": AT, "parts": [{"load": {"value": "1", "unit": "kg"}}, {}]},
            [("/parts/1/load", "required")],
        ),
        ({"at": AT, "a/b~c": 1}, [("/a~1b~0c", "unknown_field")]),
    ],
)
def test_parse_says_where_and_which_rule(data, expected):
    assert faults(Sample, data) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (-1, [("/parts/0/pain_mm", "min_value")]),
        (0, []),
        (100, []),
        (101, [("/parts/0/pain_mm", "max_value")]),
        ("50", [("/parts/0/pain_mm", "invalid")]),
        (50.0, [("/parts/0/pain_mm", "invalid")]),
        (True, [("/parts/0/pain_mm", "invalid")]),
    ],
)
def test_pain_is_a_whole_number_from_0_to_100(value, expected):
    part = {"load": {"value": "1", "unit": "kg"}, "pain_mm": value}
    data = {"at": AT, "parts": [part]}

    if expected:
        assert faults(Sample, data) == expected
    else:
        assert Sample.parse(data).parts[0].pain_mm == value


@pytest.mark.parametrize("rpe", [5, 21])
def test_rpe_outside_the_borg_scale_is_refused(rpe):
    assert faults(Sample, {"at": AT, "rpe": rpe})[0][0] == "/rpe"


@pytest.mark.parametrize("rpe", [6, 20])
def test_rpe_at_the_ends_of_the_borg_scale_is_taken(rpe):
    assert Sample.parse({"at": AT, "rpe": rpe}).rpe == rpe


def test_parse_keeps_a_missing_pain_missing():
    part = Part.parse({"load": {"value": "1", "unit": "kg"}})

    assert part.pain_mm is None


def test_parse_tells_every_fault_at_once():
    assert faults(Sample, {"novel": 3, "rpe": 99}) == [
        ("/at", "required"),
        ("/novel", "invalid"),
        ("/rpe", "max_value"),
    ]


def test_parse_tells_no_more_faults_than_a_person_can_mend():
    data = {f"field{number}": 1 for number in range(MOST_FAULTS + 50)}

    assert len(faults(Sample, data)) == MOST_FAULTS


@pytest.mark.parametrize("data", [[], "text", 5, None, True])
def test_parse_wants_one_object(data):
    assert faults(Sample, data) == [("", "invalid_type")]


def test_a_shape_cannot_change():
    with pytest.raises(ValueError, match="frozen"):
        Sample.parse({"at": AT}).note = "other"


def test_rule_broken_reaches_the_client_with_its_code():
    class Ruled(Shape):
        text: RequiredLine

        @field_validator("text")
        @classmethod
        def _ruled(cls, value: str) -> str:
            raise rule_broken("my_rule", f"{value} {{}} is against the rule.")

    with pytest.raises(InvalidEntryError) as raised:
        Ruled.parse({"text": "this"})

    assert raised.value.errors == [
        {
            "pointer": "/text",
            "code": "my_rule",
            "detail": "this {} is against the rule.",
        }
    ]


def test_an_error_never_quotes_what_was_typed():
    with pytest.raises(InvalidEntryError) as raised:
        Sample.parse({"at": AT, "rpe": "my back hurts"})

    assert "my back hurts" not in str(raised.value.__cause__)
    assert "my back hurts" not in str(raised.value.errors)


def test_a_day_is_a_day_of_the_calendar():
    assert Sample.parse({"at": AT, "on": "2026-02-28"}).on == date(2026, 2, 28)
    assert faults(Sample, {"at": AT, "on": "2026-02-29"}) == [("/on", "invalid")]


@pytest.mark.parametrize("offset", ["+16:00", "-16:00", "+23:59", "-23:59", "+15:59"])
def test_instant_is_kept_in_utc_whatever_its_offset(offset):
    text = f"2026-03-02T10:00:00{offset}"

    instant = ChangeRequest.parse({"sent_at": text}).sent_at

    assert instant == datetime.fromisoformat(text)
    assert instant.utcoffset() == timedelta(0)
