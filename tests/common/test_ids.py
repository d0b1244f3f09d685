import uuid
from datetime import UTC, datetime

import pytest

from apps.common.ids import uuid7


def test_uuid7_says_its_version_and_variant():
    value = uuid7()

    assert value.version == 7
    assert value.variant == uuid.RFC_4122


def test_uuid7_holds_the_millisecond_it_was_made(time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 11, 0, tzinfo=UTC), tick=False)

    # 2026-03-02T11:00:00Z is 1772449200000 ms after 1970.
    assert uuid7().int >> 80 == 1_772_449_200_000


def test_uuid7_made_later_sorts_later(time_machine):
    made = []
    for second in range(5):
        time_machine.move_to(datetime(2026, 3, 2, 11, 0, second, tzinfo=UTC))
        made.append(uuid7())

    assert made == sorted(made)
    assert [str(each) for each in made] == sorted(str(each) for each in made)


@pytest.mark.parametrize("count", [10_000])
def test_uuid7_does_not_repeat_within_a_millisecond(time_machine, count):
    time_machine.move_to(datetime(2026, 3, 2, 11, 0, tzinfo=UTC), tick=False)

    assert len({uuid7() for _ in range(count)}) == count
