"""The limits of entries: one below, exactly on, one above."""

import pytest

from apps.common.errors import InvalidEntryError
from apps.logbook.entry import CheckInEntry, ConfoundersRequest, SessionEntry

EXERCISE = "0195e2a0-0000-7000-8000-000000000001"
OTHER_ID = "0195e2a0-0000-7000-8000-000000000002"
SET = {"reps": 15, "load": {"value": "32.5", "unit": "kg"}}


def session(*exercises, **fields):
    return {
        "setting": "supervised",
        "started_at": "2026-03-02T10:02:00+01:00",
        "ended_at": "2026-03-02T11:00:00+01:00",
        "exercises": list(exercises) or [exercise(SET)],
    } | fields


def exercise(*sets, **fields):
    return {"exercise": EXERCISE, "sets": list(sets)} | fields


def bout(**fields):
    return {"exercise": EXERCISE, "bout": {"minutes": "20"} | fields}


def check_in(**fields):
    return {"moment": "pre", "answered_at": "2026-03-02T09:58:00+01:00"} | fields


def faults(shape, data):
    """Return (pointer, code) of everything that is wrong, or nothing."""
    try:
        shape.parse(data)
    except InvalidEntryError as error:
        return [(each["pointer"], each["code"]) for each in error.errors]
    return []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        pytest.param("reps", -1, "min_value", id="reps below"),
        pytest.param("reps", 0, None, id="reps at the bottom"),
        pytest.param("reps", 200, None, id="reps at the top"),
        pytest.param("reps", 201, "max_value", id="reps above"),
        pytest.param("reps", "15", "invalid", id="reps as text"),
        pytest.param("reps", 1.5, "invalid", id="half a repetition"),
        pytest.param("reps", True, "invalid", id="reps true"),
        pytest.param("rpe", 5, "min_value", id="rpe below"),
        pytest.param("rpe", 6, None, id="rpe at the bottom"),
        pytest.param("rpe", 20, None, id="rpe at the top"),
        pytest.param("rpe", 21, "max_value", id="rpe above"),
        pytest.param("pain_mm", -1, "min_value", id="pain below"),
        pytest.param("pain_mm", 0, None, id="pain at the bottom"),
        pytest.param("pain_mm", 100, None, id="pain at the top"),
        pytest.param("pain_mm", 101, "max_value", id="pain above"),
    ],
)
def test_set_limits(field, value, code):
    found = faults(SessionEntry, session(exercise(SET | {field: value})))

    assert found == ([(f"/exercises/0/sets/0/{field}", code)] if code else [])


@pytest.mark.requirement("C5")
@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [
        pytest.param("-0.5", "kg", "min_value", id="below nothing"),
        pytest.param("0", "kg", None, id="nothing"),
        pytest.param("1000", "kg", None, id="a ton"),
        pytest.param("1000.004", "kg", "max_value", id="more by a hair"),
        pytest.param("1000.5", "kg", "max_value", id="more than a ton"),
        pytest.param("2204.62", "lb", None, id="a ton in pounds"),
        pytest.param("2204.63", "lb", "max_value", id="more than a ton in pounds"),
        pytest.param("40", "st", "invalid_choice", id="another unit"),
        pytest.param("NaN", "kg", "invalid", id="no number"),
        pytest.param("Infinity", "kg", "invalid", id="without end"),
        pytest.param("1e9999", "kg", "invalid", id="beyond reach"),
    ],
)
def test_load_limits(value, unit, code):
    found = faults(
        SessionEntry,
        session(exercise({"reps": 5, "load": {"value": value, "unit": unit}})),
    )

    assert [each for _, each in found][:1] == ([code] if code else [])
    assert all(place.startswith("/exercises/0/sets/0/load") for place, _ in found)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(0, "min_value"), (1, None), (7200, None), (7201, "max_value")],
)
def test_seconds_limits(seconds, code):
    found = faults(SessionEntry, session(exercise({"seconds": seconds})))

    assert [each for _, each in found] == ([code] if code else [])


@pytest.mark.parametrize(
    ("level", "code"), [(-1, "min_value"), (0, None), (4, None), (5, "max_value")]
)
def test_lever_level_limits(level, code):
    found = faults(SessionEntry, session(exercise({"lever_level": level, "reps": 9})))

    assert [each for _, each in found] == ([code] if code else [])


@pytest.mark.parametrize(
    "one_set",
    [
        pytest.param({"reps": 15}, id="none"),
        pytest.param(SET | {"seconds": 30}, id="load and seconds"),
        pytest.param(SET | {"lever_level": 2}, id="load and lever level"),
        pytest.param({"lever_level": 2, "seconds": 30}, id="lever level and seconds"),
    ],
)
def test_set_has_exactly_one_kind_of_load(one_set):
    found = faults(SessionEntry, session(exercise(SET, one_set)))

    assert found == [("/exercises/0/sets/1", "one_kind_of_load")]


@pytest.mark.parametrize(
    ("count", "code"), [(0, "min_length"), (1, None), (20, None), (21, "max_length")]
)
def test_exercise_has_1_to_20_sets(count, code):
    found = faults(SessionEntry, session(exercise(*[SET] * count)))

    assert found == ([("/exercises/0/sets", code)] if code else [])


@pytest.mark.parametrize(
    ("count", "code"), [(0, "min_length"), (1, None), (40, None), (41, "max_length")]
)
def test_session_has_1_to_40_exercises(count, code):
    body = session() | {"exercises": [exercise(SET)] * count}

    found = faults(SessionEntry, body)

    assert found == ([("/exercises", code)] if code else [])


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"sets": None}, id="nothing"),
        pytest.param({"bout": {"minutes": "20"}}, id="sets and a bout"),
        pytest.param({"skipped": True, "skipped_reason": "pain"}, id="sets, skipped"),
    ],
)
def test_exercise_has_exactly_one_outcome(fields):
    found = faults(SessionEntry, session(exercise(SET, **fields)))

    assert found == [("/exercises/0", "one_outcome")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {"skipped": True}, [("/exercises/0", "skipped_reason")], id="no reason"
        ),
        pytest.param(
            {"skipped": True, "skipped_reason": "lazy"},
            [("/exercises/0/skipped_reason", "invalid_choice")],
            id="unknown reason",
        ),
        pytest.param(
            {"sets": [SET], "skipped_reason": "pain"},
            [("/exercises/0", "skipped_reason")],
            id="a reason for what was done",
        ),
        pytest.param({"skipped": True, "skipped_reason": "time"}, [], id="right"),
    ],
)
def test_skipped_exercise_says_why(fields, expected):
    found = faults(SessionEntry, session({"exercise": EXERCISE} | fields))

    assert found == expected


@pytest.mark.parametrize(
    "fields", [{"novel": True}, {"novel_reason": "new grip"}, {"novel": False}]
)
def test_override_of_novelty_has_a_reason(fields):
    found = faults(SessionEntry, session(exercise(SET, **fields)))

    assert found == [("/exercises/0", "novel_reason")]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("minutes", "0", "min_value"),
        ("minutes", "0.5", None),
        ("minutes", "1440", None),
        ("minutes", "1440.5", "max_value"),
        ("mean_hr", 29, "min_value"),
        ("mean_hr", 30, None),
        ("mean_hr", 250, None),
        ("mean_hr", 251, "max_value"),
        ("minutes_in_zone", "20", None),
        ("minutes_in_zone", "20.5", "max_value"),
        ("watts", -1, "min_value"),
        ("distance_m", 200_001, "max_value"),
        ("rpe", 5, "min_value"),
        ("cr10", "-0.5", "min_value"),
        ("cr10", "0.3", None),
        ("cr10", "11", None),
        ("cr10", "0.35", "invalid"),
        ("cr10", "1000", "max_value"),
    ],
)
def test_bout_limits(field, value, code):
    found = faults(SessionEntry, session(bout(**{field: value})))

    assert found == ([(f"/exercises/0/bout/{field}", code)] if code else [])


def test_bout_has_no_higher_mean_than_maximum():
    found = faults(SessionEntry, session(bout(mean_hr=131, max_hr=130)))

    assert found == [("/exercises/0/bout/max_hr", "out_of_order")]


@pytest.mark.parametrize(
    ("ended_at", "code"),
    [
        pytest.param("2026-03-02T10:01:59+01:00", "out_of_order", id="before"),
        pytest.param("2026-03-02T10:02:00+01:00", "out_of_order", id="at the start"),
        pytest.param("2026-03-02T10:02:01+01:00", None, id="a second"),
        pytest.param("2026-03-03T10:02:00+01:00", None, id="24 hours"),
        pytest.param("2026-03-03T10:02:01+01:00", "lasts_too_long", id="a second more"),
        pytest.param("2026-03-02T11:00:00", "offset_required", id="no offset"),
        pytest.param("0001-01-01T00:00:00+01:00", "out_of_range", id="year 1"),
        pytest.param(1772445600, "invalid", id="a number"),
        pytest.param("1772445600", "invalid", id="a number as text"),
        pytest.param("soon", "invalid", id="words"),
    ],
)
def test_session_ends_within_24_hours_after_its_start(ended_at, code):
    found = faults(SessionEntry, session(ended_at=ended_at))

    assert found == ([("/ended_at", code)] if code else [])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"setting": "gym"}, ("/setting", "invalid_choice")),
        ({"confounders": ["flu"]}, ("/confounders/0", "invalid_choice")),
        ({"confounders": ["injury", "injury"]}, ("/confounders", "duplicate")),
        ({"warm_up": {"activity": "run"}}, ("/warm_up/activity", "invalid_choice")),
        ({"stretched": "yes"}, ("/stretched", "invalid")),
        ({"note": "x" * 4001}, ("/note", "max_length")),
        ({"broken_off_because": "x" * 201}, ("/broken_off_because", "max_length")),
        (
            {"blood_pressure": {"systolic": 120, "diastolic": 120}},
            ("/blood_pressure/diastolic", "out_of_order"),
        ),
        ({"patientt": EXERCISE}, ("/patientt", "unknown_field")),
        ({"id": "7"}, ("/id", "invalid")),
        ({"check_ins": [check_in(moment="run_in")]}, ("/check_ins", "not_here")),
        (
            {"check_ins": [check_in(id=OTHER_ID), check_in(id=OTHER_ID)]},
            ("/check_ins", "duplicate"),
        ),
        ({"check_ins": [check_in(session=EXERCISE)]}, ("/check_ins/0/session",)),
    ],
)
def test_session_refuses(fields, expected):
    found = faults(SessionEntry, session(**fields))

    assert [each[: len(expected)] for each in found] == [expected]


@pytest.mark.parametrize("place", ["", "/exercises/0", "/exercises/0/sets/0"])
def test_unknown_fields_are_refused_at_every_depth(place):
    body = session(exercise(dict(SET)))
    inner = body
    for part in [each for each in place.split("/") if each]:
        inner = inner[int(part) if part.isdigit() else part]
    inner["pane_mm"] = 3

    assert faults(SessionEntry, body) == [(f"{place}/pane_mm", "unknown_field")]


@pytest.mark.requirement("E1")
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("pain_mm", -1, "min_value"),
        ("pain_mm", 0, None),
        ("pain_mm", 100, None),
        ("pain_mm", 101, "max_value"),
        ("pain_mm", None, None),
        ("pain_mm", "50", "invalid"),
        ("worst_pain_mm", 101, "max_value"),
        ("movement_pain_mm", 101, "max_value"),
        ("fatigue_mm", 101, "max_value"),
        ("soreness_mm", 101, "max_value"),
        ("session_rpe", 5, "min_value"),
        ("session_rpe", 6, None),
        ("session_rpe", 20, None),
        ("session_rpe", 21, "max_value"),
        ("sleep", -1, "min_value"),
        ("sleep", 0, None),
        ("sleep", 10, None),
        ("sleep", 11, "max_value"),
        ("confidence", 11, "max_value"),
        ("location", "new", None),
        ("location", "knee", "invalid_choice"),
        ("flare", "unsure", None),
        ("flare", "maybe", "invalid_choice"),
        ("analgesic", "lots", "invalid_choice"),
        ("moment", "h72", "invalid_choice"),
        ("scale", "NRS10", "invalid_choice"),
        ("new_places", ["x" * 41], "max_length"),
        ("red_flags", [], None),
        ("red_flags", None, None),
        ("red_flags", ["fever", "self_harm"], None),
        ("red_flags", ["fever", "fever"], "duplicate"),
        ("red_flags", ["cough"], "invalid_choice"),
    ],
)
def test_check_in_limits(field, value, code):
    found = faults(CheckInEntry, check_in(**{field: value}))

    assert [each for _, each in found] == ([code] if code else [])
    assert all(place.startswith(f"/{field}") for place, _ in found)


@pytest.mark.parametrize("field", ["pain_mm", "worst_pain_mm", "movement_pain_mm"])
@pytest.mark.parametrize(
    ("value", "code"), [(49, "not_on_scale"), (50, None), (51, "not_on_scale")]
)
def test_check_in_on_nrs11_goes_in_steps_of_10(field, value, code):
    on_numbers = check_in(scale="NRS11", **{field: value})
    on_a_line = check_in(scale="VAS", **{field: value})

    assert faults(CheckInEntry, on_numbers) == ([(f"/{field}", code)] if code else [])
    assert faults(CheckInEntry, on_a_line) == []


@pytest.mark.parametrize("moment", ["during", "post", "h24", "h48"])
def test_check_in_after_the_start_names_its_session(moment):
    assert faults(CheckInEntry, check_in(moment=moment)) == [("", "session_required")]


def test_run_in_check_in_names_no_session():
    found = faults(CheckInEntry, check_in(moment="run_in", session=EXERCISE))

    assert found == [("/session", "not_here")]


@pytest.mark.parametrize("given", [[], ["flu"], ["injury", "injury"]])
def test_confounders_request_needs_known_ones_once(given):
    with pytest.raises(InvalidEntryError):
        ConfoundersRequest.parse({"confounders": given})


@pytest.mark.requirement("C3")
def test_digest_is_the_same_for_the_same_content_written_otherwise():
    one = session(
        exercise({"reps": 5, "load": {"value": "40", "unit": "kg"}}),
        note="",
        started_at="2026-03-02T10:02:00+01:00",
        id=EXERCISE,
    )
    other = session(
        exercise({"reps": 5, "load": {"value": "40.00", "unit": "kg"}, "rpe": None}),
        started_at="2026-03-02T09:02:00Z",
        sent_at="2026-03-02T12:00:00Z",
    )

    digests = {SessionEntry.parse(body).digest() for body in (one, other)}

    assert len(digests) == 1


@pytest.mark.requirement("C3")
def test_digest_tells_a_missing_answer_from_zero():
    nothing = CheckInEntry.parse(check_in())
    zero = CheckInEntry.parse(check_in(pain_mm=0))
    not_asked = CheckInEntry.parse(check_in(red_flags=None))
    asked = CheckInEntry.parse(check_in(red_flags=[]))

    assert nothing.digest() != zero.digest()
    assert not_asked.digest() != asked.digest()


HIGH = {"systolic": 165, "diastolic": 85}


@pytest.mark.parametrize("field", [{"blood_pressure": HIGH}, {"acute_illness": True}])
@pytest.mark.parametrize("moment", ["during", "post", "h24", "h48", "run_in"])
def test_whether_to_train_is_asked_before_training_alone(field, moment):
    hung_on = {} if moment == "run_in" else {"session": OTHER_ID}
    body = check_in(moment=moment, **hung_on)
    assert faults(CheckInEntry, body) == []
    assert faults(CheckInEntry, check_in() | field) == []

    [name] = field
    assert faults(CheckInEntry, body | field) == [(f"/{name}", "not_here")]
    in_session = session(check_ins=[check_in(moment=moment) | field])
    refused = faults(SessionEntry, in_session)
    assert (f"/check_ins/0/{name}", "not_here") in refused


@pytest.mark.requirement("C3")
def test_digest_of_an_entry_from_before_a_field_was_added_stays():
    bare, told = (
        CheckInEntry.parse(check_in(moment="pre", **fields))
        for fields in ({}, {"acute_illness": False, "blood_pressure": HIGH})
    )

    assert not {"acute_illness", "blood_pressure"} & set(bare.model_dump())
    assert {"acute_illness", "blood_pressure"} <= set(told.model_dump())
    assert bare.digest() != told.digest()
    assert bare.answers_digest() != told.answers_digest()
