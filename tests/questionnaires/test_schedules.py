"""Schedules by week: what a clinic asks when, and what becomes of it."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEvent
from apps.programmes import services as programmes
from apps.programmes.entry import EndRequest, PauseRequest, ResumeRequest
from apps.questionnaires import services
from apps.questionnaires.models import Questionnaire, QuestionnaireSchedule
from tests.factories import training
from tests.factories.people import api_client, enter_also, make_patient

from .ward import API, Ward, faults

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("E3")]

BASELINE = {"instrument": "peg", "anchor": "start", "weeks": 0, "opens_days_before": 7}
MID = {"instrument": "peg", "anchor": "start", "weeks": 7}
END = {"instrument": "peg", "anchor": "end", "weeks": 0}
FOLLOW_UP = {"instrument": "peg", "anchor": "end", "weeks": 13}
COURSE = [BASELINE, MID, END, FOLLOW_UP]


@pytest.fixture
def ward(db):
    with time_machine.travel(datetime(2026, 2, 20, 12, tzinfo=UTC), tick=False):
        yield Ward()


def at(day, hour=12):
    return datetime.fromisoformat(f"{day}T{hour:02}:00+00:00")


def set_schedule(ward, lines=COURSE, *, client=None, template="resistance_fm_15w"):
    training.programmes.load_templates()
    return (client or ward.by_manager).post(
        f"{API}questionnaire-schedules/",
        {"template": template, "lines": lines},
        format="json",
    )


def enrolled(ward, patient=None, **fields):
    """Fifteen weeks from Monday 2 March to Sunday 14 June 2026, if nothing happens."""
    return training.make_programme(
        patient or ward.patient, by=ward.therapist, now=at("2026-02-20"), **fields
    )


def sweep(day, hour=12):
    report = services.assign_scheduled(now=at(day, hour))
    assert report.failed_clinics == 0
    return report.assigned, report.moved, report.cancelled


def asked(ward, *, on="2026-02-20", by=None, **query):
    """Return the patient's questionnaires by week, as somebody reads them on a day."""
    query |= {"patient": str(ward.patient.public_id)}
    with time_machine.travel(at(on), tick=False):
        # A token lives shorter than a programme.
        client = api_client(by or ward.therapist)
        found = ward.read("questionnaires/", client=client, **query)
    return {each["week"]: each for each in found["results"]}


def days(row):
    return row["opens_on"], row["due_on"], row["closes_on"]


def pause(ward, programme, day):
    programmes.pause(
        programme_id=programme.public_id,
        entry=PauseRequest.parse({"from": day, "reason": "holiday"}),
        by=ward.therapist,
        now=at(day),
    )


def resume(ward, programme, day):
    programmes.resume(
        programme_id=programme.public_id,
        entry=ResumeRequest.parse({"on": day}),
        by=ward.therapist,
        now=at(day),
    )


def end(ward, programme, day, outcome="completed"):
    programmes.end(
        programme_id=programme.public_id,
        entry=EndRequest.parse({"on": day, "outcome": outcome, "reason": "so be it"}),
        by=ward.therapist,
        now=at(day),
    )


def test_a_manager_sets_a_schedule_and_everybody_of_the_clinic_reads_it(ward):
    answer = set_schedule(ward)

    body = answer.json()
    assert (answer.status_code, body["schedule_version"]) == (201, 1)
    assert body["template"] == "resistance_fm_15w"
    assert body["lines"][1] == {
        "instrument": "peg",
        "instrument_version": 1,
        "anchor": "start",
        "weeks": 7,
        "label": "",
        "opens_days_before": 3,
        "closes_days_after": 14,
    }
    assert ward.read("questionnaire-schedules/")["results"] == [body]
    assert AuditEvent.objects.filter(action="questionnaire_schedule.set").count() == 1


def test_the_same_schedule_is_kept_once_and_another_is_the_next_version(ward):
    first, same = set_schedule(ward), set_schedule(ward)
    other = set_schedule(ward, [BASELINE])

    assert (same.status_code, same.json()) == (200, first.json())
    assert (other.status_code, other.json()["schedule_version"]) == (201, 2)
    assert ward.read("questionnaire-schedules/")["results"] == [other.json()]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([MID | {"instrument": "nobodys"}], ("/lines/0/instrument", "not_found")),
        (
            [BASELINE, MID | {"instrument_version": 9}],
            ("/lines/1/instrument_version", "not_found"),
        ),
        ([MID | {"weeks": 16}], ("/lines/0/weeks", "out_of_range")),
        ([FOLLOW_UP | {"weeks": 261}], ("/lines/0/weeks", "max_value")),
        ([MID | {"weeks": -1}], ("/lines/0/weeks", "min_value")),
        ([MID, END, MID], ("", "twice")),
        (
            [MID | {"opens_days_before": 91}],
            ("/lines/0/opens_days_before", "max_value"),
        ),
        ([MID | {"every": 3}], ("/lines/0/every", "unknown_field")),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_a_schedule_that_cannot_be_is_refused_whole(ward, lines, fault):
    answer = set_schedule(ward, lines)

    assert (answer.status_code, faults(answer)) == (400, [fault])
    assert QuestionnaireSchedule.objects.count() == 0


def test_only_a_manager_sets_a_schedule_and_only_of_a_template_that_is_there(ward):
    refused = [
        set_schedule(ward, client=client)
        for client in (ward.by_therapist, ward.by_patient)
    ]
    unknown = set_schedule(ward, template="nobodys")

    assert [each.status_code for each in refused] == [403, 403]
    assert faults(unknown) == [("/template", "not_found")]
    enter_also(ward.clinic)
    assert QuestionnaireSchedule.objects.count() == 0


def test_the_last_week_of_a_template_can_be_asked_for(ward):
    assert set_schedule(ward, [MID | {"weeks": 15}]).status_code == 201


def test_each_form_is_made_on_the_day_it_opens_and_once(ward):
    set_schedule(ward)
    enrolled(ward)

    # Due on 2 March; open from seven days before.
    assert sweep("2026-02-22", 22) == (0, 0, 0)
    # In Stockholm it is the 23rd from 23:00 UTC on.
    assert sweep("2026-02-22", 23) == (1, 0, 0)
    assert sweep("2026-02-22", 23) == (0, 0, 0)
    # Seven weeks after 2 March is 20 April, three days before that the 17th.
    assert sweep("2026-04-16") == (0, 0, 0)
    assert sweep("2026-04-17") == (1, 0, 0)
    # Fifteen weeks: 15 June. Thirteen more: 14 September.
    assert sweep("2026-06-12") == (1, 0, 0)
    assert sweep("2026-09-11") == (1, 0, 0)

    rows = asked(ward)
    assert {week: days(row) for week, row in rows.items()} == {
        0: ("2026-02-23", "2026-03-02", "2026-03-16"),
        7: ("2026-04-17", "2026-04-20", "2026-05-04"),
        15: ("2026-06-12", "2026-06-15", "2026-06-29"),
        28: ("2026-09-11", "2026-09-14", "2026-09-28"),
    }
    assert {row["assigned_by"] for row in rows.values()} == {
        str(ward.manager.public_id)
    }
    made = AuditEvent.objects.filter(action="questionnaire.assign_scheduled")
    assert made.count() == 4


def test_what_is_due_is_what_is_open_today_and_not_complete(ward):
    set_schedule(ward)
    enrolled(ward)
    sweep("2026-02-23")
    by_hand = ward.assigned(due_on="2026-01-01")

    def due(on):
        found = asked(ward, status="due", on=on, by=ward.patient.user)
        return sorted(each["id"] for each in found.values())

    scheduled = str(Questionnaire.objects.get(programme__isnull=False).public_id)
    both = sorted([scheduled, by_hand])
    assert due("2026-02-22") == [by_hand]
    assert [due(on) for on in ("2026-02-23", "2026-03-16")] == [both, both]
    assert due("2026-03-17") == [by_hand]
    ward.begin(scheduled, "00000000-0000-7000-8000-000000000001", answers={"q1": 3})
    assert due("2026-03-02") == both
    ward.save(
        "00000000-0000-7000-8000-000000000001",
        answers={"q1": 3, "q2": 3, "q3": 3},
        completed_at="2026-02-20T12:00:00Z",
    )
    assert due("2026-03-02") == [by_hand]


def test_a_form_that_has_closed_can_still_be_entered_from_paper(ward):
    set_schedule(ward)
    enrolled(ward)
    sweep("2026-02-23")
    (form,) = asked(ward).values()

    with time_machine.travel(at("2026-05-01"), tick=False):
        answer = ward.respond(
            form["id"],
            client=api_client(ward.therapist),
            completed_at="2026-03-01T10:00:00Z",
        )

    assert answer.status_code == 201
    assert asked(ward)[0]["status"] == "completed"


def test_a_pause_moves_what_lies_behind_it(ward):
    set_schedule(ward)
    programme = enrolled(ward)
    pause(ward, programme, "2026-04-06")

    # Paused since two weeks before the middle: nothing new opens.
    assert sweep("2026-04-20") == (0, 0, 0)
    resume(ward, programme, "2026-04-27")
    # Three weeks later than planned: due on 11 May, open from the 8th.
    assert sweep("2026-05-07") == (0, 0, 0)
    assert sweep("2026-05-08") == (1, 0, 0)
    assert days(asked(ward)[7]) == ("2026-05-08", "2026-05-11", "2026-05-25")


def test_what_stands_open_does_not_run_out_in_a_pause(ward):
    set_schedule(ward)
    programme = enrolled(ward)
    sweep("2026-04-17")
    pause(ward, programme, "2026-04-18")

    # 24 days of pause push all three days by 24.
    assert sweep("2026-05-12") == (0, 1, 0)
    assert days(asked(ward)[7]) == ("2026-05-11", "2026-05-14", "2026-05-28")
    assert 7 in asked(ward, status="due", on="2026-05-12")
    assert sweep("2026-05-12") == (0, 0, 0)


def test_what_is_begun_stays_where_it_is(ward):
    set_schedule(ward)
    programme = enrolled(ward)
    sweep("2026-04-17")
    form = asked(ward)[7]
    ward.begin(form["id"], "00000000-0000-7000-8000-000000000002", answers={"q1": 3})
    pause(ward, programme, "2026-04-18")

    assert sweep("2026-05-12") == (0, 0, 0)
    end(ward, programme, "2026-05-12", "withdrawn")
    assert sweep("2026-05-13") == (0, 0, 0)
    assert asked(ward)[7]["status"] == "begun"


def test_a_withdrawal_cancels_what_is_not_begun(ward):
    set_schedule(ward)
    programme = enrolled(ward)
    sweep("2026-02-23")
    end(ward, programme, "2026-03-04", "withdrawn")

    assert sweep("2026-03-04") == (0, 0, 1)
    assert sweep("2026-03-05") == (0, 0, 0)
    assert asked(ward)[0]["status"] == "cancelled"
    assert asked(ward, status="due", on="2026-03-05") == {}
    assert list(asked(ward, status="cancelled")) == [0]
    assert sweep("2026-04-20") == (0, 0, 0)


def test_an_early_end_drops_the_middle_and_brings_the_end_forward(ward):
    set_schedule(ward)
    programme = enrolled(ward)
    sweep("2026-04-17")
    end(ward, programme, "2026-04-18")

    # The middle would be due on the 20th; the end is due on the 18th itself.
    assert sweep("2026-04-18") == (1, 0, 1)
    rows = asked(ward)
    assert rows[7]["status"] == "cancelled"
    assert days(rows[15]) == ("2026-04-15", "2026-04-18", "2026-05-02")
    # Thirteen weeks after the 18th of April is the 18th of July.
    assert sweep("2026-07-15") == (1, 0, 0)


def test_another_schedule_cancels_what_it_drops_and_takes_back_what_it_asks_again(ward):
    set_schedule(ward)
    enrolled(ward)
    sweep("2026-02-23")
    set_schedule(ward, [MID])
    dropped = sweep("2026-02-24")
    set_schedule(ward, [BASELINE | {"closes_days_after": 20}])

    assert dropped == (0, 0, 1)
    assert sweep("2026-02-25") == (0, 1, 0)
    row = asked(ward)[0]
    assert (row["status"], row["closes_on"]) == ("open", "2026-03-22")


def test_what_a_therapist_took_back_stays_away(ward):
    set_schedule(ward)
    enrolled(ward)
    sweep("2026-02-23")
    (form,) = asked(ward).values()
    ward.by_therapist.post(
        f"{API}questionnaires/{form['id']}/void/", {"reason": "Too much"}, format="json"
    )

    assert sweep("2026-02-24") == (0, 0, 0)
    assert asked(ward)[0]["status"] == "void"


def test_a_schedule_without_template_serves_programmes_that_have_none(ward):
    set_schedule(ward, [BASELINE | {"instrument": "csi"}], template=None)
    set_schedule(ward)
    enrolled(ward)
    other = make_patient(ward.clinic, therapist=ward.therapist)
    enrolled(ward, other, template="relaxation_15w")

    assert sweep("2026-02-23") == (2, 0, 0)
    enter_also(ward.clinic)
    made = Questionnaire.objects.values_list("patient_id", "instrument_key")
    assert set(made) == {(ward.patient.pk, "peg"), (other.pk, "csi")}


def test_a_form_that_needs_the_clinics_wording_waits_for_it(ward):
    set_schedule(ward, [BASELINE | {"instrument": "hads"}, BASELINE])
    enrolled(ward)

    assert sweep("2026-02-23") == (1, 0, 0)
    assert asked(ward)[0]["has_wording"] is False
    ward.import_wording("hads")
    assert sweep("2026-02-24") == (1, 0, 0)
    found = ward.read("questionnaires/")["results"]
    assert {each["instrument"]: each["has_wording"] for each in found} == {
        "hads": True,
        "peg": False,
    }


def test_one_bad_clinic_stops_no_other(ward, monkeypatch):
    set_schedule(ward)
    enrolled(ward)
    bad = Ward()
    set_schedule(bad)
    enter_also(bad.clinic)
    QuestionnaireSchedule.objects.filter(clinic=bad.clinic).update(lines=[{"no": 1}])
    enrolled(bad)

    report = services.assign_scheduled(now=at("2026-02-23"))

    assert (report.assigned, report.failed_clinics) == (1, 1)


def test_the_due_list_takes_as_many_queries_for_many(ward):
    def queries(found):
        with CaptureQueriesContext(connection) as asked:
            listed = ward.read("questionnaires/", status="due")["results"]
        assert len(listed) == found
        return len(asked)

    ward.assigned()
    # The trail notes a list once in a while, so the first look is not counted.
    queries(1)
    one = queries(1)
    for _ in range(4):
        ward.assigned()

    assert queries(5) == one
