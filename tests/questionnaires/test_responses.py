"""``/questionnaires/`` and ``/questionnaire-responses/``: assign, fill, score."""

import pytest

from apps.audit.models import AuditEvent
from apps.questionnaires.models import Questionnaire
from tests.clinical.questionnaire_builders import fiq, numbered
from tests.factories.forms import PEG
from tests.factories.people import (
    api_client,
    enter_also,
    make_assessor,
    make_manager,
    make_patient,
    make_therapist,
)

from .ward import EARLIER, NOW, Ward, faults, new_id, values

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("E2")]

HADS = numbered("1,1,2,0,1,2,1,2,1,3,1,2,2,1")
FIQ = fiq(tasks="1,2,2,1,2,0,3,2,3,1,2", good=2, missed=3, scales="6,7.5,8,7,5.5,4,5")


def test_a_questionnaire_is_assigned_with_week_label_and_due_day(ward):
    answer = ward.assign(label="Baseline", week=0, due_on="2026-03-10")

    body = answer.json()
    assert answer.status_code == 201
    assert (body["instrument"], body["instrument_version"]) == ("peg", 1)
    assert (body["label"], body["week"], body["due_on"]) == (
        "Baseline",
        0,
        "2026-03-10",
    )
    assert (body["status"], body["response"]) == ("open", None)
    assert body["assigned_by"] == str(ward.therapist.public_id)
    seen = ward.read("questionnaires/", client=ward.by_patient)["results"]
    assert [each["id"] for each in seen] == [body["id"]]
    assert AuditEvent.objects.filter(action="questionnaire.assign").count() == 1


def test_assigning_is_refused_without_instrument_or_by_the_patient(ward):
    unknown = ward.assign("nobodys")
    version = ward.assign(instrument_version=2)
    week = ward.assign(week=521)
    own = ward.assign(client=ward.by_patient)
    stranger = ward.assign(client=Ward().by_therapist)

    assert faults(unknown) == [("/instrument", "not_found")]
    assert faults(version) == [("/instrument_version", "not_found")]
    assert faults(week) == [("/week", "max_value")]
    assert (own.status_code, stranger.status_code) == (403, 404)
    enter_also(ward.clinic)
    assert Questionnaire.objects.count() == 0


def test_what_only_the_clinics_form_can_score_is_assigned_with_its_wording(ward):
    early = [ward.assign(key) for key in ("hads", "ears")]
    ward.import_wording("hads", language="sv")
    other_language = ward.assign("hads")
    ward.import_wording("hads", language="en-GB")

    assert [each.status_code for each in (*early, other_language)] == [409, 409, 409]
    assert early[0].json()["code"] == "wrong_state"
    assert ward.assign("hads").status_code == 201


def test_an_assignment_sent_twice_is_made_once(ward):
    entry_id = new_id()

    first, second = ward.assign(id=entry_id), ward.assign(id=entry_id)
    other = ward.assign(id=entry_id, week=3)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    enter_also(ward.clinic)
    assert Questionnaire.objects.count() == 1


def test_a_questionnaire_is_taken_back_until_it_is_answered(ward):
    asked, answered = ward.assigned(), ward.assigned()
    ward.respond(answered)

    def void(each):
        path = f"/api/v1/questionnaires/{each}/void/"
        return ward.by_therapist.post(path, {"reason": "Twice"}, format="json")

    gone, again, refused = void(asked), void(asked), void(answered)
    late = ward.respond(asked)

    assert (gone.status_code, gone.json()["status"]) == (200, "void")
    assert [each.status_code for each in (again, refused, late)] == [409, 409, 409]
    for status, ids in (("void", [asked]), ("completed", [answered]), ("open", [])):
        listed = ward.read("questionnaires/", status=status)["results"]
        assert [each["id"] for each in listed] == ids


def test_a_response_of_a_patient_is_scored_without_bands(ward):
    ward.import_wording("hads")

    answer = ward.respond(ward.assigned("hads"), answers=HADS)

    body = answer.json()
    assert answer.status_code == 201
    assert values(body) == {"anxiety": 10, "depression": 6}
    assert (body["instrument"], body["instrument_version"]) == ("hads", 1)
    assert body["wording_version"] == "2.0"
    assert body["entered_by"] == str(ward.patient.user.public_id)
    assert set(body["scores"][0]) == {
        "code", "role", "value", "complete", "answered", "parts", "direction",
        "why_none",
    }  # fmt: skip
    assert "change" not in body
    assert ward.stored_scores() == 2


def test_staff_see_the_bands_and_patients_never(ward):
    ward.import_wording("hads")
    done = ward.respond(ward.assigned("hads"), answers=HADS).json()["id"]
    path = f"questionnaire-responses/{done}/"

    staff = ward.read(path)
    ward.correct(done, answers={"q1": 0})

    assert [each["band"] for each in staff["scores"]] == ["borderline", "normal"]
    assert staff["scores"][0]["bands"] == [
        {
            "scheme": "case_finding",
            "code": "borderline",
            "population": "adults",
            "mark": "O:50",
        }
    ]
    for seen in (path, "questionnaire-responses/", f"{path}versions/"):
        text = str(ward.read(seen, client=ward.by_patient))
        for word in ("band", "borderline", "change", "threshold", "case_finding"):
            assert word not in text


def test_halves_and_missing_answers_are_scored_as_the_rules_say(ward):
    missing = FIQ | {"q1i": None, "q1j": None, "q3": None, "q4": None}

    body = ward.respond(ward.assigned("fiq"), answers=missing).json()

    total = body["scores"][-1]
    # (15/9 x 3.33 + 5 x 1.43 + 37) x 10/8 = (5.55 + 7.15 + 37) x 1.25 = 62.125
    assert total["value"] == 62.1
    assert (total["complete"], total["answered"], total["parts"]) == (False, 8, 10)
    assert body["answers"]["q5"] == "7.5"
    assert "q3" not in body["answers"]


def test_too_few_answers_give_no_score_and_say_so(ward):
    body = ward.respond(ward.assigned(), answers={"q1": 6, "q2": 7}).json()

    (total,) = body["scores"]
    assert (total["value"], total["why_none"]) == (None, "too_few_answers")
    assert (total["complete"], total["answered"]) == (False, 2)


def test_impossible_answers_are_refused_each_with_its_item(ward):
    asked = ward.assigned()

    answer = ward.respond(asked, answers={"q1": 11, "q2": "7.5", "q3": 5, "q4": 1})
    half = ward.begin(asked, new_id(), answers={"q1": -1})
    kinds = ward.respond(asked, answers={"q1": True, "q2": [1]})
    nothing = ward.respond(asked, answers={"q1": None})

    assert faults(answer) == [
        ("/answers/q4", "unknown_item"),
        ("/answers/q1", "range"),
        ("/answers/q2", "range"),
    ]
    assert faults(half) == [("/answers/q1", "range")]
    assert [pointer for pointer, _ in faults(kinds)] == ["/answers/q1", "/answers/q2"]
    assert faults(nothing) == [("/answers", "empty")]
    assert ward.stored() == []


def test_times_that_cannot_be_are_refused(ward):
    asked = ward.assigned()

    future = ward.respond(asked, completed_at="2026-03-06T12:01:01Z")
    backwards = ward.respond(asked, started_at=NOW, completed_at=EARLIER)
    near = ward.respond(asked, completed_at="2026-03-06T12:01:00Z")

    assert faults(future) == [("/completed_at", "in_future")]
    assert faults(backwards) == [("/completed_at", "out_of_range")]
    assert near.status_code == 201


def test_the_times_of_a_wrong_clock_are_put_right(ward):
    body = ward.respond(
        ward.assigned(),
        completed_at="2026-03-06T13:55:00Z",
        sent_at="2026-03-06T14:00:00Z",
    ).json()

    assert body["completed_at"] == "2026-03-06T11:55:00Z"


@pytest.mark.requirement("C3")
def test_the_same_response_sent_twice_is_stored_once(ward):
    asked, entry_id = ward.assigned(), new_id()

    first = ward.respond(asked, id=entry_id)
    second = ward.respond(asked, id=entry_id)
    other = ward.respond(asked, id=entry_id, answers={"q1": 1})
    another = ward.respond(asked)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    assert (another.status_code, another.json()["code"]) == (409, "already_recorded")
    assert len(ward.stored()) == 1


@pytest.mark.requirement("C3")
def test_the_id_of_somebody_elses_response_is_refused(ward):
    other = Ward()
    taken = other.respond(other.assigned()).json()["id"]
    enter_also(ward.clinic)
    fellow = make_patient(ward.clinic, therapist=make_therapist(ward.clinic))
    near = ward.respond(ward.assigned()).json()["id"]

    posted = ward.respond(ward.assigned(), id=taken)
    saved = ward.save(taken)
    of_fellow = ward.save(near, client=api_client(fellow.user))

    assert posted.status_code == 409
    assert (saved.status_code, of_fellow.status_code) == (404, 404)
    assert ward.save(new_id()).status_code == 404
    # The last request has opened the own clinic's wall; the other's is opened too.
    assert [each.answers for each in other.stored()] == [PEG, PEG]


def test_a_form_is_filled_half_by_half(ward):
    asked, entry_id = ward.assigned(), new_id()

    begun = ward.begin(asked, entry_id, answers={"q1": 6})
    middle = ward.read(f"questionnaires/{asked}/")
    more = ward.save(entry_id, questionnaire=asked, answers={"q1": 5, "q2": 7})
    done, again = (
        ward.save(entry_id, id=entry_id, answers=PEG, completed_at=NOW)
        for _ in range(2)
    )
    late = ward.save(entry_id, answers={"q1": 1})

    statuses = [each.status_code for each in (begun, more, done, again, late)]
    assert statuses == [201, 200, 200, 200, 409]
    assert (middle["status"], middle["response"]) == ("begun", entry_id)
    assert (begun.json()["scores"], more.json()["answers"]) == ([], {"q1": 5, "q2": 7})
    assert values(done.json()) == {"total": 6}
    assert done.json()["version"] == 1
    assert ward.read(f"questionnaires/{asked}/")["status"] == "completed"
    assert len(ward.stored()) == 1


def test_what_was_typed_earlier_and_comes_late_changes_nothing(ward):
    asked, entry_id = ward.assigned(), new_id()
    ward.begin(
        asked, entry_id, answers={"q1": 6, "q2": 7}, recorded_at="2026-03-06T11:00:00Z"
    )

    late = ward.save(entry_id, answers={"q1": 6}, recorded_at="2026-03-06T10:59:00Z")

    assert late.status_code == 200
    assert late.json()["answers"] == {"q1": 6, "q2": 7}


def test_saving_under_another_questionnaire_or_id_is_refused(ward):
    first, second, entry_id = ward.assigned(), ward.assigned(), new_id()
    ward.begin(first, entry_id, answers={"q1": 6})

    moved = ward.save(entry_id, questionnaire=second, answers={"q1": 7})
    named = ward.save(entry_id, id=new_id())

    assert (moved.status_code, moved.json()["code"]) == (409, "id_reused")
    assert faults(named) == [("/id", "contradiction")]
    assert ward.stored()[0].answers == {"q1": 6}


@pytest.mark.requirement("E2")
def test_reversals_come_from_the_clinics_form_and_stay_with_the_response(ward):
    threes = dict.fromkeys(("q1", "q2", "q3", "q4", "q5", "q6"), 3)
    ward.import_wording("ears")
    plain = ward.respond(
        ward.assigned("ears"), answers=threes, completed_at=EARLIER
    ).json()
    ward.import_wording("ears", version="2.1", reversed_items=["q1", "q4", "q6"])

    turned = ward.respond(ward.assigned("ears"), answers=threes).json()

    old = plain["wording"]
    named = ward.respond(ward.assigned("ears"), answers=threes, wording=old).json()
    foreign = ward.respond(ward.assigned("ears"), answers=threes, wording=new_id())
    # 6 x 3; then three items give 4 - 3.
    assert values(plain) == {"total": 18}
    assert values(turned) == {"total": 12}
    assert values(named) == {"total": 18}
    assert (plain["wording_version"], turned["wording_version"]) == ("2.0", "2.1")
    assert faults(foreign) == [("/wording", "not_found")]
    seen = ward.read(f"questionnaire-responses/{turned['id']}/")["change"]
    assert seen["since"] == plain["id"]
    assert (seen["scores"][0]["difference"], seen["scores"][0]["why_none"]) == (
        None,
        "another_scoring",
    )


def test_staff_see_the_change_since_the_earlier_response(ward):
    before = ward.respond(
        ward.assigned(), answers={"q1": 8, "q2": 8, "q3": 8}, completed_at=EARLIER
    ).json()["id"]
    after = ward.respond(ward.assigned()).json()["id"]

    first = ward.read(f"questionnaire-responses/{before}/")
    second = ward.read(f"questionnaire-responses/{after}/")

    assert first["change"] is None
    change = second["change"]
    assert (change["since"], change["since_completed_at"]) == (before, EARLIER)
    (total,) = change["scores"]
    assert (total["difference"], total["trend"]) == (-2.0, "better")
    # 30 % of 8 is 2.4.
    assert [each["met"] for each in total["thresholds"]] == [False]
    ward.void(before)
    assert ward.read(f"questionnaire-responses/{after}/")["change"] is None


@pytest.mark.requirement("C4")
def test_a_correction_scores_anew_and_keeps_the_earlier_version(ward):
    done = ward.respond(ward.assigned()).json()["id"]

    answer = ward.correct(done, answers={"q1": 9, "q2": None, "q3": 5})
    mended = ward.correct(done, version=2, answers={"q2": 7})

    versions = ward.read(f"questionnaire-responses/{done}/versions/")
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert (values(answer.json()), answer.json()["answers"]) == (
        {"total": None},
        {"q1": 9, "q3": 5},
    )
    assert values(mended.json()) == {"total": 7}
    assert [each["version"] for each in versions] == [1, 2]
    assert values(versions[0]["content"]) == {"total": 6}
    assert versions[0]["reason"] == "Typing error"
    assert ward.stored_scores() == 1


@pytest.mark.requirement("C4")
def test_a_correction_is_refused_and_changes_nothing(ward):
    done = ward.respond(ward.assigned()).json()["id"]
    begun = ward.respond(ward.assigned(), answers={}, completed_at=None).json()["id"]

    refusals = [
        ward.correct(done, version=2, answers={"q1": 1}),
        ward.correct(done, answers={"q1": 1}, correction_reason=" "),
        ward.correct(done, answers={"q1": 11}),
        ward.correct(done, completed_at=None),
        ward.correct(begun, answers={"q1": 1}),
    ]

    assert [each.status_code for each in refusals] == [412, 400, 400, 400, 409]
    assert ward.stored()[0].answers == {"q1": 6, "q2": 7, "q3": 5}
    assert ward.read(f"questionnaire-responses/{done}/versions/") == []


@pytest.mark.requirement("C4")
def test_a_correction_and_a_void_sent_twice_are_made_once(ward):
    done, change, other = ward.respond(ward.assigned()).json()["id"], new_id(), new_id()

    corrected = [
        ward.correct(done, answers={"q1": 9}, change_id=change) for _ in range(2)
    ]
    voided = [ward.void(done, change_id=other) for _ in range(2)]

    assert [each.json()["version"] for each in corrected] == [2, 2]
    assert [each.status_code for each in (*corrected, *voided)] == [200] * 4
    voids = AuditEvent.objects.filter(action="questionnaire_response.void")
    assert voids.count() == 1


def test_a_void_response_stays_readable_and_its_form_is_open_again(ward):
    asked = ward.assigned()
    done = ward.respond(asked).json()["id"]

    answer = ward.void(done)

    again, corrected = ward.void(done), ward.correct(done, answers={"q1": 1})
    assert (answer.status_code, answer.json()["void_reason"]) == (200, "Wrong form")
    assert (again.status_code, corrected.status_code) == (409, 409)
    assert ward.read(f"questionnaires/{asked}/")["status"] == "open"
    assert ward.respond(asked).status_code == 201


@pytest.mark.requirement("E3")
def test_a_therapist_enters_a_paper_form_that_the_patient_does_not_change(ward):
    paper = ward.respond(ward.assigned(), client=ward.by_therapist).json()
    begun = ward.assigned()
    half = ward.respond(
        begun, client=ward.by_therapist, answers={"q1": 6}, completed_at=None
    ).json()["id"]

    refusals = [
        ward.correct(paper["id"], answers={"q1": 1}),
        ward.void(paper["id"]),
        ward.save(half, answers={"q1": 1}),
    ]

    assert paper["entered_by"] == str(ward.therapist.public_id)
    assert [each.status_code for each in refusals] == [403, 403, 403]
    assert [each.answers["q1"] for each in ward.stored()] == [6, 6]
    own = ward.respond(ward.assigned()).json()["id"]
    by_staff = ward.correct(own, client=ward.by_therapist, answers={"q1": 9})
    assert by_staff.status_code == 200


@pytest.mark.requirement("E3")
def test_a_therapist_goes_on_with_what_the_patient_began(ward):
    asked, entry_id = ward.assigned(), new_id()
    ward.begin(asked, entry_id, answers={"q1": 6})

    done = ward.save(entry_id, client=ward.by_therapist, answers=PEG, completed_at=NOW)

    assert (done.status_code, values(done.json())) == (200, {"total": 6})
    assert done.json()["entered_by"] == str(ward.therapist.public_id)


@pytest.mark.requirement("A2")
def test_whoever_does_not_treat_sees_nothing_and_writes_nothing(ward):
    asked, open_one = ward.assigned(), ward.assigned()
    done = ward.respond(asked).json()["id"]
    outsiders = [
        make_assessor(ward.clinic),
        make_therapist(ward.clinic),
        make_manager(ward.clinic),
        Ward().therapist,
        make_patient(ward.clinic).user,
    ]

    for client in map(api_client, outsiders):
        statuses = [
            client.get(f"/api/v1/questionnaires/{asked}/").status_code,
            client.get(f"/api/v1/questionnaire-responses/{done}/").status_code,
            client.get(f"/api/v1/questionnaire-responses/{done}/versions/").status_code,
            ward.respond(open_one, client=client).status_code,
            ward.save(done, client=client).status_code,
            ward.correct(done, client=client, answers={"q1": 1}).status_code,
            ward.void(done, client=client).status_code,
            ward.assign(client=client).status_code,
        ]
        assert statuses == [404] * 8
        assert ward.read("questionnaires/", client=client)["results"] == []
        assert ward.read("questionnaire-responses/", client=client)["results"] == []
    assert [each.version for each in ward.stored()] == [1]
    assert api_client().get("/api/v1/questionnaires/").status_code == 401


def test_the_lists_are_filtered(ward):
    peg, pcs = ward.assigned(), ward.assigned("pcs")
    done = ward.respond(peg).json()["id"]
    ward.respond(pcs, answers={"q1": 1}).json()

    def ids(path, **query):
        return [each["id"] for each in ward.read(path, **query)["results"]]

    assert ids("questionnaire-responses/", instrument="peg") == [done]
    assert ids("questionnaire-responses/", questionnaire=peg) == [done]
    patient = str(ward.patient.public_id)
    assert len(ids("questionnaire-responses/", patient=patient)) == 2
    assert len(ids("questionnaires/", patient=patient)) == 2
    assert ward.by_therapist.get("/api/v1/questionnaires/?pacient=1").status_code == 400


def test_lists_cost_the_same_queries_for_one_row_and_for_six(
    ward, django_assert_max_num_queries
):
    ward.import_wording("peg")

    def fill(count):
        for day in range(1, count + 1):
            asked = ward.assigned()
            ward.respond(asked, completed_at=f"2026-02-{day:02}T12:00:00Z")

    fill(2)
    with django_assert_max_num_queries(40) as few:
        ward.read("questionnaire-responses/")
        ward.read("questionnaires/")
    most = len(few)
    fill(4)

    with django_assert_max_num_queries(most):
        assert len(ward.read("questionnaire-responses/")["results"]) == 6
        assert len(ward.read("questionnaires/")["results"]) == 6


def test_what_a_higher_change_rating_means_comes_from_the_clinics_form(ward):
    def rated(answer, completed_at):
        form = ward.assigned("pgic")
        done = ward.respond(form, answers={"q1": answer}, completed_at=completed_at)
        (score,) = ward.read(f"questionnaire-responses/{done.json()['id']}/")["scores"]
        return score["value"], score["direction"]

    before = rated("3", EARLIER)
    ward.import_wording("pgic", direction="higher_worse")

    assert before == (3, "ask_clinic")
    assert rated("6", NOW) == (6, "higher_worse")
    assert faults(ward.respond(ward.assigned("pgic"), answers={"q1": "8"})) == [
        ("/answers/q1", "option")
    ]


def test_our_own_symptom_check_is_filled_without_any_wording(ward):
    answers = {"pain": 52, "fatigue": 40, "soreness": 0, "flare": "not_sure"}

    body = ward.respond(ward.assigned("eihtrack_symptoms"), answers=answers).json()
    half = ward.respond(ward.assigned("eihtrack_symptoms"), answers={"pain": 30}).json()

    assert values(body) == {"pain_mm": 52, "fatigue_mm": 40, "soreness_mm": 0}
    assert body["answers"] == answers
    assert values(half) == {"pain_mm": 30, "fatigue_mm": None, "soreness_mm": None}
    wrong = ward.respond(ward.assigned("eihtrack_symptoms"), answers={"pain": 101})
    assert faults(wrong) == [("/answers/pain", "range")]
