"""The picture of the load of one exercise."""

from datetime import date, timedelta

from apps.charts.load import LoadOn, LoadWords, load_over_time

from .reading import assert_nothing_sticks_out, lines, marks, read, texts

FIRST = date(2026, 3, 2)
WORDS = LoadWords(
    title="Your load: Leg press",
    about="From 2 March to 1 April.",
    axis="Load, kg",
    planned="planned",
    done="done",
    test="tested",
    first_day="2 Mar",
    last_day="1 Apr",
    number=lambda value: format(value, ".10g").replace(".", ","),
)
KEY_TOP = 230


def on(number, value):
    return LoadOn(FIRST + timedelta(days=number), value)


def drawn(*, planned=(), done=(), tests=(), days=30):
    return read(
        load_over_time(
            planned=planned,
            done=done,
            tests=tests,
            first_day=FIRST,
            last_day=FIRST + timedelta(days=days),
            words=WORDS,
        )
    )


def at(frame, look):
    return marks(frame, f"chart-mark {look}", above=KEY_TOP)


def test_loads_lie_at_their_day_and_height():
    frame = drawn(done=[on(0, 40), on(15, 60)], tests=[on(30, 80)])

    # 10 units a day from 40 on; 80 kg are 160 units, from 196 up.
    assert at(frame, "done") == [(40, 116), (190, 76)]
    assert at(frame, "test") == [(340, 36)]
    assert [each for each in texts(frame) if each.isdigit()][:5] == [
        *("0", "20", "40", "60", "80")
    ]


def test_plan_is_steps_that_hold_until_the_next_and_to_the_end():
    frame = drawn(planned=[on(0, 40), on(15, 60)], tests=[on(30, 80)])

    assert lines(frame, "chart-planned") == ["M40 116 L190 116 L190 76 L340 76"]


def test_plan_from_before_the_first_day_begins_at_the_left_edge():
    frame = drawn(planned=[on(-100, 40)], tests=[on(30, 80)])

    assert lines(frame, "chart-planned") == ["M40 116 L340 116"]


def test_days_without_training_are_not_joined():
    frame = drawn(done=[on(0, 40), on(30, 60)])

    assert lines(frame, "chart-line") == []
    assert lines(frame, "chart-planned") == []


def test_numbers_stand_at_tests_and_at_the_newest_that_was_done():
    frame = drawn(done=[on(0, 40), on(15, 32.5)], tests=[on(3, 80), on(9, 83)])

    assert texts(frame, "chart-text number") == ["32,5", "80", "83"]


def test_one_point_of_one_day_lies_in_the_middle():
    frame = drawn(done=[on(0, 40)], days=0)

    assert at(frame, "done") == [(190, 36)]


def test_nothing_is_an_empty_picture_with_its_unit():
    frame = drawn()

    assert at(frame, "done") == []
    assert texts(frame)[0] == "Load, kg"


def test_a_hundred_points_fit():
    frame = drawn(
        planned=[on(0, 1000)], done=[on(each, each) for each in range(100)], days=99
    )

    assert len(at(frame, "done")) == 100
    assert_nothing_sticks_out(frame)


def test_names_are_escaped():
    words = {name: getattr(WORDS, name) for name in LoadWords.__slots__}
    made = load_over_time(
        planned=(),
        done=(),
        tests=(),
        first_day=FIRST,
        last_day=FIRST,
        words=LoadWords(**words | {"title": "Your load: <b>Leg</b>"}),
    )

    assert "<b>" not in made
    assert read(made)[0].text == "Your load: <b>Leg</b>"
