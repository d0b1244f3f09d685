"""Progress: words, pictures and tables that say what was recorded."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from apps.common import clock
from apps.common.zones import day_in
from apps.logbook import services as logbook
from apps.logbook.entry import SessionEntry
from apps.patient_app.device import KEPT_PAGES
from apps.programmes.models import PlannedSession
from apps.strength.models import OneRepMaxTest
from tests.charts.reading import marks, read, texts
from tests.factories import gym, people, training
from tests.flares.course import end_of, make_course, start_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("F7"),
    pytest.mark.requirement("I3"),
]
KEY_TOP = 250


@pytest.fixture
def course(time_machine):
    made = make_course()
    time_machine.move_to(end_of(8) + timedelta(days=3))
    return made


def page_of(patient, **query):
    client = Client()
    client.force_login(patient.user)
    answer = client.get(reverse("progress"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def pictures(html):
    """Return the pictures of a page by the beginnings of their ids."""
    found = [read(each) for each in re.findall(r"<svg.*?</svg>", html, re.S)]
    return {each[0].get("id").removesuffix("-title"): each for each in found}


def rows_of(html, caption):
    """Return the cells of the table with this caption."""
    [table] = re.findall(rf"<caption>{caption}.*?<tbody>(.*?)</tbody>", html, re.S)
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.S)
    ]


def test_words_come_first_and_relief_first_of_them(course):
    for number, after in enumerate((30, 35, 40, 50, 55, 62), start=1):
        course.hold(number, pre=50, post=after)

    html = page_of(course.anna)

    told = re.findall(r"<p>((?:After|It was)[^<]+)</p>", html)
    assert told == [
        "After 3 of 6 sessions your pain was lower.",
        "It was then lower by about 15 of 100.",
        "After 2 of 6 sessions your pain was about the same.",
        (
            "After 1 of 6 sessions your pain was higher. That can happen; talk with "
            "your therapist if it worries you."
        ),
    ]
    assert html.index("After 3 of 6") < html.index("<svg")


def test_table_and_picture_say_the_newest_five_sessions_as_recorded(course):
    course.golden()

    html = page_of(course.anna)

    assert rows_of(html, "Pain around each session") == [
        ["12 Mar", "56", "70", "80", "&ndash;"],
        ["16 Mar", "52", "62", "&ndash;", "64"],
        ["19 Mar", "50", "64", "76", "70"],
        ["23 Mar", "53", "&ndash;", "72", "66"],
        ["26 Mar", "55", "68", "81", "69"],
    ]
    drawn = pictures(html)["pain"]
    # 224 less 1.8 for each of 100; columns of 64 from 28 on.
    assert marks(drawn, "chart-mark before", above=KEY_TOP)[0] == (37.6, 123.2)
    assert marks(drawn, "chart-mark h24", above=KEY_TOP)[-1] == (322.4, 78.2)


def test_what_is_missing_is_a_gap_and_never_zero(course):
    course.hold(1, pre=50)

    html = page_of(course.anna)

    assert rows_of(html, "Pain around each session") == [
        ["2 Mar", "50", *["&ndash;"] * 3]
    ]
    drawn = pictures(html)["pain"]
    for look in ("after", "h24", "h48"):
        assert marks(drawn, f"chart-mark {look}", above=KEY_TOP) == []


@pytest.mark.parametrize(("count", "is_told"), [(5, False), (6, True)])
def test_own_range_stands_from_six_sessions_on(course, count, is_told):
    course.golden(upto=count, judged=True)

    drawn = texts(pictures(page_of(course.anna))["pain"])

    # 60, 50, 47, 51, 54, 49, 56 and 52 have 51.5 in their middle. The variation is the
    # root of (12 x 3.7065 squared + 6 x 13 squared) / 18, which is 8.09.
    assert ("usual for you: 43 to 60" in drawn) is is_told


def test_shadow_mode_says_no_word_to_the_patient(time_machine):
    course = make_course(live=False)
    time_machine.move_to(end_of(8) + timedelta(days=3))
    course.golden(judged=True)
    assert course.verdicts()[-1].med_mm is not None

    assert "usual for you" not in page_of(course.anna)


def test_flare_is_what_the_patient_told_and_nothing_that_a_rule_found(course):
    sessions = course.golden(judged=True)
    assert course.alerts()

    html = page_of(course.anna)
    assert "flare" not in html.lower()

    course.rate(sessions[6], "h48", 66, at=end_of(7) + timedelta(hours=49), flare="yes")
    html = page_of(course.anna)
    assert len(marks(pictures(html)["pain"], "chart-mark flare", above=KEY_TOP)) == 1
    assert [row[0] for row in rows_of(html, "Pain around each session")][3] == (
        "23 Mar flare"
    )


@pytest.mark.parametrize(
    "word", ["hyperalgesia", "watch", "detector", "severity", "verdict", "cut-off"]
)
def test_no_word_of_the_detector_reaches_the_patient(course, word):
    course.golden(judged=True)

    assert word not in page_of(course.anna).lower()


@pytest.mark.requirement("D5")
def test_load_tells_plan_done_and_tests():
    now = clock.now()
    anna = trained(now)

    html = page_of(anna)

    today = day_in(anna.time_zone, now)
    rows = rows_of(html, "Leg press, kg")
    assert [row[1:] for row in rows] == [
        ["32.5", "40", "&ndash;"],
        ["32.5", "&ndash;", "83"],
        ["32.5", "&ndash;", "&ndash;"],
    ]
    assert rows[0][0] == f"{today.day} {today:%b} {today.year}"
    assert "Planned now: 32.5 kg. Why: As we tried it." in html
    assert "83" in texts(pictures(html)["load"], "chart-text number")
    assert len(marks(pictures(html)["load"], "chart-mark done", above=230)) == 1


def trained(now):
    """Return a patient with a plan, a test of five days ago and a session today."""
    clinic = people.make_clinic()
    tove = people.make_therapist(clinic)
    anna = people.make_patient(clinic, therapist=tove, given_name="Anna")
    programme = gym.let_train(anna, by=tove, now=now)
    press = programme.prescriptions.get(exercise__slug="leg_press").exercise
    training.make_one_rep_max(
        anna,
        press,
        by=tove,
        now=now - timedelta(days=5),
        tested_at=(now - timedelta(days=5)).isoformat(),
    )
    train(anna, press, by=tove, at=now - timedelta(minutes=2), kg="40")
    return anna


def test_loads_all_in_pounds_are_shown_in_pounds():
    now = clock.now()
    clinic = people.make_clinic()
    anna = people.make_patient(clinic)
    rowing = training.with_catalogue(clinic)["rowing"]
    train(anna, rowing, by=anna.user, at=now, kg="45", unit="lb")

    html = page_of(anna)

    assert [row[2] for row in rows_of(html, f"{rowing.name}, lb")] == ["45"]
    assert texts(pictures(html)["load"])[0] == "Load, lb"


def test_nothing_on_the_machine_is_a_load_too():
    now = clock.now()
    clinic = people.make_clinic()
    anna = people.make_patient(clinic)
    rowing = training.with_catalogue(clinic)["rowing"]
    train(anna, rowing, by=anna.user, at=now, kg="0", lighter="0")

    assert [row[2] for row in rows_of(page_of(anna), f"{rowing.name}, kg")] == ["0"]


def train(patient, exercise, *, by, at, kg, unit="kg", lighter="10"):
    sets = [
        {"reps": 5, "load": {"value": value, "unit": unit}}
        for value in (lighter, kg, lighter)
    ]
    body = {
        "patient": str(patient.public_id),
        "setting": "home",
        "started_at": (at - timedelta(minutes=1)).isoformat(),
        "ended_at": at.isoformat(),
        "exercises": [{"exercise": str(exercise.public_id), "sets": sets}],
        "check_ins": [],
    }
    logbook.record_session(entry=SessionEntry.parse(body), by=by, now=at)


def test_exercise_is_chosen_by_the_address_and_nonsense_shows_the_first():
    now = clock.now()
    anna = trained(now)
    rowing = training.with_catalogue(anna.clinic)["rowing"]
    train(anna, rowing, by=anna.user, at=now, kg="20")

    assert "<caption>Leg press, kg" in page_of(anna)
    assert f"<caption>{rowing.name}, kg" in page_of(anna, exercise=rowing.public_id)
    assert "<caption>Leg press, kg" in page_of(anna, exercise="<b>'\"")
    assert "<b>" not in page_of(anna, exercise="<b>'\"")


def test_name_of_an_exercise_is_escaped():
    now = clock.now()
    anna = trained(now)
    press = OneRepMaxTest.objects.get(patient=anna).exercise
    press.name = "<b>Press</b>"
    press.save()

    html = page_of(anna)

    assert "<b>" not in html
    assert pictures(html)["load"][0].text == "Your load: <b>Press</b>"


@pytest.mark.requirement("G1")
def test_calendar_says_what_became_of_each_session():
    anna = trained(clock.now())
    rows = list(PlannedSession.objects.filter(patient=anna).order_by("starts_at")[:3])
    PlannedSession.objects.filter(pk=rows[0].pk).update(status="missed")
    PlannedSession.objects.filter(pk=rows[1].pk).update(
        status="excused", excuse_reason="work"
    )

    html = page_of(anna)

    told = [row[1] for row in rows_of(html, "Your sessions, five weeks back")]
    assert told[:3] == ["missed", "excused", "done in part"]
    assert set(told[3:]) <= {"planned"}
    assert "You did 1 of the 3 sessions" in html
    letters = texts(pictures(html)["attendance"], "chart-letter missed")
    assert letters == ["M", "M"]


def test_page_of_nothing_says_so_kindly():
    clinic = people.make_clinic()
    html = page_of(people.make_patient(clinic))

    assert "No session has a pain value before and after yet." in html
    assert html.count('class="empty"') == 3
    assert "<svg" not in html


@pytest.mark.requirement("A2")
def test_nothing_of_others_is_shown(course):
    course.golden(judged=True)
    neighbour = people.make_patient(course.clinic)

    html = page_of(neighbour)

    assert "<svg" not in html
    assert "Leg press" not in html


@pytest.mark.requirement("A2")
def test_therapist_and_nobody_have_no_progress(course):
    course.golden()
    client = Client()
    client.force_login(course.tove)

    assert client.get(reverse("progress")).status_code == 403
    assert Client().get(reverse("progress")).status_code == 302


@pytest.mark.parametrize("count", [1, 5])
def test_page_costs_the_same_for_five_sessions_as_for_one(
    course, count, django_assert_num_queries
):
    course.golden(upto=count, judged=True)
    training.make_programme(course.anna, by=course.tove, starts_on="2026-03-02")
    training.make_one_rep_max(
        course.anna, course.exercise, by=course.tove, now=start_of(2)
    )
    client = Client()
    client.force_login(course.anna.user)

    with django_assert_num_queries(27):
        client.get(reverse("progress"))


@pytest.mark.requirement("I1")
def test_page_says_of_when_it_is_because_a_phone_may_have_kept_it(course):
    assert "As of 11:00, Sunday 29 March" in page_of(course.anna)
    assert "progress" in KEPT_PAGES


def test_sessions_are_read_in_full_once(course, django_assert_max_num_queries):
    course.golden()
    client = Client()
    client.force_login(course.anna.user)

    with django_assert_max_num_queries(27) as asked:
        client.get(reverse("progress"))

    in_full = [
        each
        for each in asked.captured_queries
        if 'FROM "logbook_setentry"' in each["sql"] and '"reps"' in each["sql"]
    ]
    assert len(in_full) == 1
