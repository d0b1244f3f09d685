"""The picture of pain around sessions."""

import pytest

from apps.charts.pain import Band, PainAround, PainWords, pain_around_sessions

from .reading import assert_nothing_sticks_out, lines, marks, read, texts

WORDS = PainWords(
    title="Pain around your sessions",
    about="Four sessions.",
    axis="Pain, 0 to 100",
    before="before",
    after="right after",
    h24="24 hours after",
    h48="48 hours after",
    usual="usual for you: 40 to 60",
    flare="you told of a flare",
)
KEY_TOP = 250


def around(before=None, after=None, h24=None, h48=None, **more):
    given = {"label": "2 Mar"} | more
    return PainAround(before=before, after=after, h24=h24, h48=h48, **given)


def drawn(*sessions, usual=None):
    return read(pain_around_sessions(sessions, words=WORDS, usual=usual))


def at(frame, look):
    return marks(frame, f"chart-mark {look}", above=KEY_TOP)


def test_each_value_has_its_own_shape_at_its_place():
    frame = drawn(around(50, 51, 100, 0))

    # A column of 80 from 28 on: at 0.15, 0.35, 0.6 and 0.85 of it.
    assert at(frame, "before") == [(40, 134)]
    assert at(frame, "after") == [(56, 132.2)]
    assert at(frame, "h24") == [(76, 44)]
    assert at(frame, "h48") == [(96, 224)]
    assert lines(frame, "chart-line") == ["M40 134 L56 132.2 L76 44 L96 224"]


def test_columns_of_five_sessions_share_the_width():
    frame = drawn(*[around(50)] * 5)

    # 320 by 5 are 64, of which 0.15 are 9.6.
    assert [x for x, _ in at(frame, "before")] == [37.6, 101.6, 165.6, 229.6, 293.6]


def test_missing_value_is_a_gap_and_never_zero():
    frame = drawn(around(50, 60, None, 70), around(None, None, None, None))

    assert len(at(frame, "before")) == 1
    assert at(frame, "h24") == []
    assert lines(frame, "chart-line") == ["M40 134 L56 116"]
    assert all(
        y < 224 for look in ("before", "after", "h48") for _, y in at(frame, look)
    )


def test_zero_is_a_value():
    assert at(drawn(around(0)), "before") == [(40, 224)]


def test_numbers_stand_at_the_first_and_at_what_moved_furthest():
    frame = drawn(around(50, 55, 74, None), around(60, 41, 45, None))

    assert texts(frame, "chart-text number") == ["50", "74", "60", "41"]


def test_the_persons_own_range_is_a_band():
    frame = drawn(around(50), usual=Band(low=40, high=60))

    [band] = [each for each in frame.iter() if each.tag.endswith("rect")]
    assert (band.get("y"), band.get("height")) == ("116", "36")
    assert "usual for you: 40 to 60" in texts(frame)


def test_no_band_without_a_known_range():
    assert "usual for you: 40 to 60" not in texts(drawn(around(50)))


def test_flare_is_marked_and_told_in_the_key():
    frame = drawn(around(50), around(50, has_flare=True))

    assert at(frame, "flare") == [(148, 32)]
    assert "you told of a flare" in texts(frame)
    assert "you told of a flare" not in texts(drawn(around(50)))


def test_each_session_is_a_tick_between_before_and_after():
    ticks = [
        each.get("x1")
        for each in drawn(around(50), around(50)).iter()
        if each.get("class") == "chart-tick"
    ]

    assert ticks == ["48", "128"]


def test_names_are_escaped():
    made = pain_around_sessions([around(50, label="<b>2</b>")], words=WORDS)

    assert "<b>" not in made
    assert "<b>2</b>" in texts(read(made))


def test_no_session_is_an_empty_picture():
    frame = drawn()

    assert at(frame, "before") == []
    assert texts(frame)[:2] == ["Pain, 0 to 100", "0"]


def test_a_hundred_sessions_fit_with_fewer_labels():
    frame = drawn(*[around(100, 0, 50, 50, has_flare=True)] * 100)

    assert len(at(frame, "before")) == 100
    # 320 by 100 are 3.2; 17 such columns are as wide as a label.
    assert texts(frame).count("2 Mar") == 6
    assert_nothing_sticks_out(frame)


@pytest.mark.parametrize("value", [-1, 101])
def test_pain_off_the_scale_is_refused(value):
    with pytest.raises(ValueError, match="Pain must lie in 0 to 100"):
        around(value)
