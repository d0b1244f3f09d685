"""The fingerprint of a verdict's inputs, letter by letter.

Stored digests are compared with new ones: another letter here, and every verdict of
every patient would count as resting on new inputs.
"""

from datetime import timedelta
from hashlib import sha256

import pytest

from apps.clinical.check_in_windows import Moment
from apps.clinical.flare.digest import with_closings
from apps.clinical.flare.inputs import (
    Analgesic,
    Closing,
    Family,
    FlareAnswer,
    Location,
)
from apps.clinical.scales import PainScale

from .flare_builders import FIRST, end_of, judge, rating, run_in, start_of, visit

pytestmark = pytest.mark.requirement("F1")

HOUR = timedelta(hours=1)

RESTING = (
    '[{"analgesic":null,"answered_at":"2026-03-01T09:00:00+00:00","day":"2026-03-01",'
    '"flare":null,"key":"run_in-2026-03-01","location":null,"moment":"run_in",'
    '"pain_mm":50,"received_at":"2026-03-01T09:00:00+00:00",'
    '"recorded_at":"2026-03-01T09:00:00+00:00","red_flags":null,"scale":"VAS",'
    '"sleep":null}]'
)
FULL_SESSION = (
    '{"confounders":["infection","new_drug"],"counts_for_dq":false,"day":"2026-03-02",'
    '"ended_at":"2026-03-02T11:00:00+00:00","h24_settled":true,"h48_settled":true,'
    '"key":"s01","novel":true,"ratings":[{"analgesic":"extra",'
    '"answered_at":"2026-03-03T11:00:00+00:00","day":"2026-03-03","flare":"yes",'
    '"key":"01-h24","location":"both","moment":"h24","pain_mm":70,'
    '"received_at":"2026-03-03T12:00:00+00:00",'
    '"recorded_at":"2026-03-03T11:00:00+00:00","red_flags":["fever","numbness"],'
    '"scale":"NRS11","sleep":4}],"red_flags_asked":true,'
    '"started_at":"2026-03-02T10:00:00+00:00"}'
)


def digest_of(text):
    return sha256(text.encode()).hexdigest()


def digest(*visits, **more):
    return judge(*visits, **more).verdicts[-1].inputs_digest


def full_session():
    return visit(
        1,
        h24=70,
        novel=True,
        confounders=frozenset({"new_drug", "infection"}),
        received={"h24": end_of(1) + 25 * HOUR},
        scales={"h24": PainScale.NRS11},
        answers_h24={
            "analgesic": Analgesic.EXTRA,
            "flare": FlareAnswer.YES,
            "location": Location.BOTH,
            "red_flags": ("numbness", "fever"),
            "sleep": 4,
        },
    )


def test_digest_covers_every_input_of_a_session():
    found = digest(full_session(), rest=(50,))

    assert found == digest_of(f'["{digest_of(RESTING)}",{FULL_SESSION}]')


def test_digest_does_not_depend_on_the_zone_of_the_server(far_from_greenwich):
    found = digest(full_session(), rest=(50,))

    assert found == digest_of(f'["{digest_of(RESTING)}",{FULL_SESSION}]')


def test_digest_tells_a_screen_that_was_not_asked_from_one_without_a_yes():
    asked, unasked = (
        digest(visit(1, h24=70, answers_h24={"red_flags": red_flags}))
        for red_flags in ((), None)
    )

    assert asked != unasked


@pytest.mark.parametrize(
    ("values", "hours", "changes"),
    [
        pytest.param({"h24": 60}, 36, False, id="the next day is known"),
        pytest.param({}, 36, True, id="the next day is missing"),
        pytest.param({"h24": 60, "h48": 60}, 60, False, id="two days are known"),
        pytest.param({"h24": 60}, 60, True, id="two days are missing"),
    ],
)
def test_digest_changes_as_a_window_closes_on_a_missing_value(values, hours, changes):
    before, after = (
        digest(visit(1, pre=50, **values), now=end_of(1) + hours * HOUR - wait)
        for wait in (timedelta(seconds=1), timedelta(0))
    )

    assert (before != after) is changes


@pytest.mark.parametrize(("number", "changes"), [(5, False), (6, True), (7, True)])
def test_digest_changes_from_the_sixth_session_on_as_its_last_window_closes(
    number, changes
):
    visits = [visit(n, pre=50, h24=50, h48=50) for n in range(1, number + 1)]
    closes_at = end_of(number) + 60 * HOUR

    before = digest(*visits, now=closes_at - timedelta(seconds=1))
    after = digest(*visits, now=closes_at)

    assert (before != after) is changes


def test_with_closings_leaves_a_digest_that_none_had_a_part_in():
    assert with_closings("abc", closings=()) == "abc"


def test_with_closings_covers_each_closing_in_a_fixed_order():
    late = Closing(
        family=Family.PATTERN, opened_by="s02", closed_at=start_of(3), generation=2
    )
    early = Closing(family=Family.FLARE, opened_by="s01", closed_at=FIRST)

    found = with_closings("abc", closings=(late, early))

    assert found == digest_of(
        '["abc",[["flare","s01","1","2026-03-02T10:00:00+00:00"],'
        '["pattern","s02","2","2026-03-09T10:00:00+00:00"]]]'
    )
    assert found == with_closings("abc", closings=(early, late))


def test_digest_of_a_run_in_rating_covers_its_moment():
    plain = run_in((50,))
    (other,) = (
        rating(one.key, Moment.DIARY, one.answered_at, one.pain_mm) for one in plain
    )

    assert digest(visit(1), rest=(50,)) != digest(visit(1), rest=(), diary=(other,))
