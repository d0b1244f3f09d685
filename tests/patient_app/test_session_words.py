"""What the pages of a session call things."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.exercises.models import Exercise, LoadKind
from apps.logbook.models import ExerciseEntry
from apps.programmes.models import Prescription

from .entered import SESSION, held, open_form
from .test_pages import errors_of, session_fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(anna):
    """Let the leg press be done with one leg after the other."""
    rows = Prescription.objects.filter(exercise__slug="leg_press")
    rows.update(side="left")


@pytest.mark.requirement("C1")
def test_side_is_still_named_when_the_form_comes_back(phone, sides):
    assert "(left)" in phone.get(reverse("session")).content.decode()

    answer = phone.post(reverse("session"), session_fields(phone))

    assert answer.status_code == 400
    assert "(left)" in answer.content.decode()


@pytest.mark.requirement("C4")
def test_side_is_named_where_the_session_is_corrected(phone, anna):
    Exercise.objects.filter(slug="leg_press").update(unilateral=True)
    press = Exercise.objects.get(clinic=anna.clinic, slug="leg_press")
    a_set = {"reps": 15, "load": {"value": "32.5", "unit": "kg"}}
    work = {"exercise": str(press.public_id), "sets": [a_set]}
    session = held(anna, exercises=[work | {"side": "left"}, work | {"side": "right"}])

    html = open_form(phone, SESSION, session).content.decode()

    assert html.index("(left)") < html.index("(right)")


@pytest.mark.requirement("I4")
@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "32,5 kg"), ("sv", "32,5 kg"), ("zh-hans", "32.5 kg")],
)
def test_numbers_of_a_session_stand_as_the_language_writes_them(
    phone, anna, language, words
):
    session = held(anna)
    anna.user.language = language
    anna.user.save()
    anna.language = language
    anna.save()

    html = phone.get(reverse("history-session"), {"id": str(session.public_id)})

    assert words in html.content.decode()


@pytest.mark.requirement("I4")
def test_seconds_of_a_hold_stand_as_the_language_writes_them(phone, anna):
    plank = Exercise.objects.filter(clinic=anna.clinic, load_kind=LoadKind.HOLD).first()
    work = {"exercise": str(plank.public_id), "sets": [{"seconds": 20}]}
    session = held(anna, exercises=[work])
    anna.language = "zh-hans"
    anna.save()

    html = phone.get(reverse("history-session"), {"id": str(session.public_id)})

    assert "20 秒" in html.content.decode()


@pytest.mark.requirement("I2")
def test_form_before_the_session_has_a_way_past_it(phone):
    html = phone.get(reverse("before")).content.decode()

    assert f'href="{reverse("session")}">I have answered this' in html


def on_a_bike(anna) -> dict[str, str]:
    bike = Exercise.objects.filter(clinic=anna.clinic, load_kind="heart_rate").first()
    return {
        "exercises": "1",
        "exercises-0-exercise": str(bike.public_id),
        "exercises-0-sets": "0",
    }


@pytest.mark.requirement("C1")
def test_bout_is_told_with_its_effort(phone, anna):
    said = {"exercises-0-bout-minutes": "20", "exercises-0-bout-rpe": "13"}

    phone.post(reverse("session"), session_fields(phone) | on_a_bike(anna) | said)

    bout = ExerciseEntry.objects.get().bout
    assert (Decimal(bout["minutes"]), bout["rpe"]) == (20, 13)


@pytest.mark.requirement("C1")
@pytest.mark.parametrize("name", ["mean_hr", "rpe"])
def test_what_is_said_of_a_bout_without_minutes_is_not_dropped(phone, anna, name):
    said = {f"exercises-0-bout-{name}": "15"}

    answer = phone.post(
        reverse("session"), session_fields(phone) | on_a_bike(anna) | said
    )

    assert answer.status_code == 400
    assert "Please say how much." in errors_of(answer)


@pytest.mark.requirement("I4")
def test_buttons_of_a_number_say_of_which_number(phone):
    html = phone.get(reverse("session")).content.decode()

    named = re.findall(r'aria-label="More" aria-describedby="([^"]+)"', html)
    assert "id_exercises-0-sets-1-load-label" in named
    assert all(html.count(f' id="{name}"') == 1 for name in named)
