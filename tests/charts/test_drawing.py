"""What every picture is made of."""

from xml.etree.ElementTree import fromstring

import pytest

from apps.charts.drawing import Axis, part, picture, round_step, short


def test_at_puts_a_value_where_its_share_lies():
    axis = Axis(low=0, high=100, start=224, end=44)

    assert [axis.at(value) for value in (0, 50, 51, 100)] == [224, 134, 132.2, 44]


def test_at_puts_the_only_value_in_the_middle():
    assert Axis(low=7, high=7, start=40, end=340).at(7) == 190


@pytest.mark.parametrize(
    ("highest", "step"),
    [(0, 1), (0.5, 0.2), (4, 1), (4.1, 2), (32.5, 10), (80, 20), (83, 25), (101, 50)],
)
def test_round_step_reaches_the_highest_in_four_steps(highest, step):
    assert round_step(highest) == step


@pytest.mark.parametrize(
    ("value", "text"),
    [(40.0, "40"), (32.5, "32.5"), (32.499999, "32.5"), (1000000.25, "1000000.25")],
)
def test_short_writes_a_number_as_a_person_would(value, text):
    assert short(value) == text


def test_part_leaves_out_what_xml_cannot_hold():
    assert part("text", {"class": "a\x00b"}, text="c\x08d\ud800e").text == "cde"


def test_picture_escapes_names_and_stays_well_formed():
    made = picture("p", title="<b>&\"'", about="]]> <script>", height=10, parts=[])

    frame = fromstring(made)
    assert "<b>" not in made
    assert "<script>" not in made
    assert [each.text for each in frame] == ["<b>&\"'", "]]> <script>"]
    assert frame.get("aria-labelledby") == "p-title p-about"
    assert frame.get("viewBox") == "0 0 350 10"
