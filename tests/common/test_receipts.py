import threading
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection, transaction

from apps.common.errors import IdReusedError
from apps.common.models import ChangeReceipt
from apps.common.receipts import is_replay
from apps.common.shapes import ChangeRequest, Line
from tests.factories import people

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C3")]

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
CHANGE = UUID("0195e2a0-0000-7000-8000-000000000001")
RECORD = UUID("0195e2a0-0000-7000-8000-00000000000a")
OTHER_RECORD = UUID("0195e2a0-0000-7000-8000-00000000000b")


class Void(ChangeRequest):
    reason: Line = ""


def void(reason="wrong day", change_id=CHANGE, **fields):
    return Void.parse({"reason": reason, "change_id": str(change_id), **fields})


def is_again(request, *, by, target="sessions.void", target_id=RECORD):
    return is_replay(
        request=request, target=target, target_id=target_id, by=by, now=NOW
    )


def test_the_first_time_is_none_and_the_second_is_a_replay():
    by = people.make_user()

    assert [is_again(void(), by=by) for _ in range(3)] == [False, True, True]
    assert ChangeReceipt.objects.get().made_at == NOW


def test_the_same_written_otherwise_is_a_replay():
    by = people.make_user()
    one = {"reason": "wrong day", "change_id": str(CHANGE)}
    is_again(Void.parse(one), by=by)

    other = {"change_id": str(CHANGE).upper(), "reason": "  wrong day "}

    assert is_again(Void.parse(other), by=by)


def test_a_replay_leaves_the_receipt_of_the_first():
    by = people.make_user()
    is_again(void(), by=by)
    first = ChangeReceipt.objects.values().get()

    with pytest.raises(IdReusedError):
        is_again(void(reason="another"), by=by)
    is_again(void(), by=by)

    assert ChangeReceipt.objects.values().get() == first


def test_the_time_of_sending_is_not_content():
    by = people.make_user()
    is_again(void(sent_at="2026-03-02T11:00:00Z"), by=by)

    assert is_again(void(sent_at="2026-03-02T11:05:00Z"), by=by)


def test_without_an_id_nothing_is_remembered():
    by = people.make_user()
    request = Void.parse({"reason": "wrong day"})

    assert [is_again(request, by=by) for _ in range(2)] == [False, False]
    assert not ChangeReceipt.objects.exists()


@pytest.mark.parametrize(
    "other",
    [
        {"request": void(reason="another")},
        {"target": "sessions.confound"},
        {"target_id": OTHER_RECORD},
    ],
)
def test_the_same_id_for_another_change_is_refused(other):
    by = people.make_user()
    is_again(void(), by=by)

    with pytest.raises(IdReusedError):
        is_again(other.pop("request", void()), by=by, **other)


def test_the_id_of_another_person_is_refused():
    is_again(void(), by=people.make_user())

    with pytest.raises(IdReusedError):
        is_again(void(), by=people.make_user())


def test_a_change_that_failed_may_be_sent_again():
    by = people.make_user()
    with transaction.atomic():
        is_again(void(), by=by)
        transaction.set_rollback(True)

    assert not is_again(void(), by=by)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_the_first():
    by = people.make_user()
    start = threading.Barrier(8)
    answers = []

    def send():
        start.wait(10)
        with transaction.atomic():
            answers.append(is_again(void(), by=by))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [False] + [True] * 7
    assert ChangeReceipt.objects.count() == 1
