import io
from decimal import Decimal

import pytest
from rest_framework.exceptions import ParseError

from apps.common.api.parsing import StrictJSONParser, TooLargeError


def parse(body: bytes):
    return StrictJSONParser().parse(io.BytesIO(body))


def test_numbers_with_a_point_stay_exact():
    assert parse(b'{"kg": 0.1, "reps": 12}') == {"kg": Decimal("0.1"), "reps": 12}


def test_text_of_all_scripts_is_taken():
    assert parse('{"name": "许芳 Åsa \\u00e5"}'.encode()) == {"name": "许芳 Åsa å"}


def test_a_pair_of_surrogate_escapes_is_one_character():
    assert parse(b'{"note": "\\ud83d\\ude00"}') == {"note": "\U0001f600"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "not readable", id="empty"),
        pytest.param(b"{", "not readable", id="cut off"),
        pytest.param(b'{"a": 1} {"b": 2}', "not readable", id="two documents"),
        pytest.param(b'{"a": 1, "a": 2}', "'a' stands there twice", id="repeated name"),
        pytest.param(b'{"x": {"a": 1, "a": 1}}', "twice", id="repeated further down"),
        pytest.param(b'{"a": NaN}', "not a number", id="NaN"),
        pytest.param(b'{"a": -Infinity}', "not a number", id="infinity"),
        pytest.param(b'{"a": 1e999999999999999999999}', "reach", id="beyond decimals"),
        pytest.param(b'{"a": 0.' + b"1" * 50 + b"}", "reach", id="50 digits"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "not readable", id="5000 digits"),
        pytest.param(b'{"a": "\\u0000"}', "NUL", id="NUL"),
        pytest.param(b'{"a\\u0000": 1}', "NUL", id="NUL in a name"),
        pytest.param(b'{"a": ["\\ud800"]}', "surrogates", id="lone surrogate"),
        pytest.param(b'{"a": "\x00"}', "not readable", id="raw NUL"),
        pytest.param(b'{"a": "\xed\xa0\x80"}', "UTF-8", id="raw surrogate"),
        pytest.param(b'{"a": "\xff"}', "UTF-8", id="not UTF-8"),
        pytest.param('{"a": "\\u0000"}'.encode("utf-16"), "UTF-8", id="UTF-16"),
        pytest.param(b"\xef\xbb\xbf{}", "not readable", id="byte order mark"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, "deeply", id="deep"),
    ],
)
def test_refuses_what_cannot_be_stored_or_means_two_things(body, reason):
    with pytest.raises(ParseError, match=reason):
        parse(body)


@pytest.mark.parametrize("depth", range(700, 1000, 20))
def test_depth_near_the_limit_is_taken_or_refused_but_never_crashes(depth):
    body = b"[" * depth + b'"\\u0041"' + b"]" * depth

    try:
        parse(body)
    except ParseError as error:
        assert "deeply" in str(error)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize(
    ("length", "is_taken"), [(99, True), (100, True), (101, False)]
)
def test_a_body_beyond_the_limit_is_not_read(settings, length, is_taken):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = b'"' + b"x" * (length - 2) + b'"'

    if is_taken:
        assert parse(body) == "x" * (length - 2)
    else:
        with pytest.raises(TooLargeError):
            parse(body)
