"""Writes owned by pain tests."""

from .function_tests import (
    correct_function_test,
    record_function_test,
    void_function_test,
)
from .p50_orders import MadeOrder, make_p50_order
from .pain_tests import correct_pain_test, record_pain_test, void_pain_test
from .records import Recorded
from .settings import decide_settings

__all__ = [
    "MadeOrder",
    "Recorded",
    "correct_function_test",
    "correct_pain_test",
    "decide_settings",
    "make_p50_order",
    "record_function_test",
    "record_pain_test",
    "void_function_test",
    "void_pain_test",
]
