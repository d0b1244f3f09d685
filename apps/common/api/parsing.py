"""JSON bodies, read strictly."""

import json
from collections import Counter
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser


class TooLargeError(APIException):
    """A body that nobody would send by intent."""

    status_code = 413
    default_code = "too_large"
    default_detail = "This is too much for one request. Send it in parts."


class StrictJSONParser(BaseParser):
    """Read one JSON document.

    Numbers with a point stay exact decimals. Refused are what cannot be stored or has
    no single meaning: repeated names, NaN, NUL characters, lone surrogates.
    """

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        """Return the document as plain Python values."""
        # DRF reads the stream past Django's own limit, so it is asked for here.
        longest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(longest + 1)
        if len(body) > longest:
            raise TooLargeError
        try:
            # Decoded first: from bytes, json would guess at UTF-16 and let lone
            # surrogates through.
            text = body.decode()
            data = json.loads(
                text,
                parse_float=_decimal,
                parse_constant=_refuse_constant,
                object_pairs_hook=_without_repeats,
            )
            # Only an escape can hold them; a look at the text spares a second pass.
            if "\\u" in text:
                _refuse_unstorable_text(data)
        except UnicodeDecodeError as error:
            raise ParseError("This is not UTF-8.") from error
        except RecursionError as error:
            raise ParseError("This JSON is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"This is not readable JSON: {error}") from error
        return data


def _decimal(text: str) -> Decimal:
    # One beyond the reach of decimals is an ArithmeticError, which nobody awaits here.
    with suppress(InvalidOperation):
        if len(text) <= 40:
            return Decimal(text)
    raise ValueError(f"the number {text[:40]} is out of reach")


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is not a number that can be stored")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"the field {twice[:40]!r} stands there twice")
    return result


def _refuse_unstorable_text(value: Any) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            _refuse_unstorable_text(key)
            _refuse_unstorable_text(each)
    elif isinstance(value, list):
        for each in value:
            _refuse_unstorable_text(each)
    elif isinstance(value, str) and not _is_storable(value):
        raise ParseError("Text may not hold NUL characters or lone surrogates.")


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
