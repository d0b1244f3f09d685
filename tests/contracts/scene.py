"""Three patients with everything, and everybody who may knock at the door."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.services import issue_token
from apps.adherence import services as adherence
from apps.clinics.entry import BreakGlass
from apps.clinics.models import CareKind, Clinic, Membership, Patient, Role, Snapshot
from apps.clinics.services import break_glass
from apps.flares import policies
from apps.flares import services as flares
from apps.flares.drafts import draft_policy
from apps.flares.entry import PolicyEntry, ReplayRequest
from apps.flares.replays import ask_replay, replay_policies
from apps.inbox import services as inbox
from apps.inbox.entry import Act, OpeningHoursEntry
from apps.inbox.models import Alert, AlertKind, Severity
from apps.inbox.services import Finding, open_or_update_alert
from apps.logbook import services as logbook
from apps.logbook.answers import check_in_answer
from apps.logbook.entry import CheckInEntry, SessionEntry
from apps.logbook.models import DiaryRating
from apps.logbook.queries import visible_check_in
from apps.programmes import services as programmes
from apps.programmes.entry import (
    ClosureEntry,
    LoadRequest,
    PauseRequest,
    TemplateEntry,
)
from apps.programmes.models import ProgrammeTemplate
from apps.progression import services as progression
from tests.factories import (
    consents,
    forms,
    measuring,
    people,
    surroundings,
    takeouts,
    training,
)

LONG_BEFORE = datetime(2026, 2, 14, 12, 0, tzinfo=UTC)
ENROLLED = datetime(2026, 2, 28, 12, 0, tzinfo=UTC)
SESSION_ENDED = datetime(2026, 3, 2, 10, 5, tzinfo=UTC)
NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)

SOON, LATELY = NOW + timedelta(seconds=1), NOW - timedelta(hours=1)

NAME = "Wilhelmina"
PEOPLE = (
    "owner",
    "therapist",
    "cover",
    "glass",
    "colleague",
    "over",
    "former",
    "stranger",
    "manager",
    "assessor",
    "lead",
    "fellow",
    "nobody",
)
"""The patient; who treats them; who stands in for a while; who opened the chart in an
emergency; a therapist of the same clinic who does not treat them; whose time as a
stand-in ended this moment; who treated them and left the clinic this moment; a
therapist of another clinic; the manager; the blinded assessor; the trial lead; another
patient of the clinic; a person who is not signed in."""
OUTSIDERS = (
    "colleague",
    "over",
    "former",
    "stranger",
    "assessor",
    "lead",
    "fellow",
    "nobody",
)


@dataclass(frozen=True)
class Scene:
    """The rows that the lines of the table speak of, by the names in the routes.

    ``others`` has the same for the fellow patient and for a patient of the stranger.
    The newcomer, whom the therapist treats too, has no programme yet; a third patient
    of the therapist has one and has entered nothing.
    """

    patient: Patient
    users: dict[str, User]
    clients: dict[str, APIClient]
    ids: dict[str, UUID]
    others: dict[str, dict[str, UUID]]
    clinics: dict[str, Clinic]
    exercise_slug: str


def make_scene() -> Scene:
    """Return a patient in a programme with a test, a session, a verdict, an alert."""
    clinic, elsewhere = people.make_clinic(), people.make_clinic()
    therapist, other = people.make_therapist(clinic), people.make_therapist(clinic)
    patient = people.make_patient(
        clinic,
        therapist=therapist,
        given_name=NAME,
        user=people.make_user(name=NAME),
        pem=False,
    )
    fellow = people.make_patient(clinic, therapist=other, pem=False)
    users = {
        "owner": patient.user,
        "therapist": therapist,
        "colleague": people.make_therapist(clinic),
        "stranger": people.make_therapist(elsewhere),
        "manager": people.make_manager(clinic),
        "assessor": people.make_assessor(clinic),
        "lead": people.make_member(clinic, Role.TRIAL_LEAD),
        "fellow": fellow.user,
    }
    users |= guests(patient)
    theirs = people.make_patient(elsewhere, therapist=users["stranger"], pem=False)
    people.make_patient(elsewhere, therapist=users["stranger"])
    policies.load_policies()
    newcomer = people.make_patient(clinic, therapist=therapist)
    silent = people.make_patient(clinic, therapist=therapist)
    training.make_programme(
        silent, by=therapist, now=LONG_BEFORE, starts_on="2026-02-16"
    )
    ids = make_course(patient, by=therapist) | {"newcomer_id": newcomer.public_id}
    others = {
        "fellow": make_course(fellow, by=other),
        "stranger": make_course(theirs, by=users["stranger"]),
    }
    add_rarer_rows(fellow, by=other, manager=users["manager"], ids=others["fellow"])
    add_rarer_rows(
        theirs,
        by=users["stranger"],
        manager=people.make_manager(elsewhere),
        ids=others["stranger"],
    )
    ids["wording_id"] = others["fellow"]["wording_id"]
    ids["policy_id"] = others["fellow"]["policy_id"]
    ids["instrument_id"] = others["fellow"]["instrument_id"]
    # The clinic has signed its policy meanwhile: what lags behind is not accepted.
    flares.judge_patient(patient=patient, now=NOW)
    progression.draft_patient(patient=patient, now=NOW)
    ids["proposal_id"] = patient.load_proposals.get(
        prescription__public_id=ids["prescription_id"], status="open"
    ).public_id
    clients = {name: people.api_client(user) for name, user in users.items()}
    clients["nobody"] = people.api_client()
    return Scene(
        patient=patient,
        users=users,
        clients=clients,
        ids=ids,
        others=others,
        clinics={"own": clinic, "stranger": elsewhere},
        exercise_slug="leg_press",
    )


def guests(patient: Patient) -> dict[str, User]:
    """Return whose look at the chart has an end, before or behind them."""
    clinic = patient.clinic
    cover, over, former, glass = (people.make_therapist(clinic) for _ in range(4))
    for guest, until in ((cover, SOON), (over, NOW)):
        people.give_care(
            guest,
            patient,
            kind=CareKind.COVER,
            reason="holiday",
            active_until=until,
        )
    people.give_care(former, patient)
    Membership.objects.filter(user=former).update(active_until=NOW)
    entry = BreakGlass(reason="She fell.")
    break_glass(patient_id=patient.public_id, entry=entry, by=glass, now=LATELY)
    return {"cover": cover, "glass": glass, "over": over, "former": former}


def make_course(patient: Patient, *, by: User) -> dict[str, UUID]:
    """Give a patient what a course of treatment leaves, and return the ids."""
    programme = training.make_programme(patient, by=by, now=ENROLLED)
    exercise = training.with_catalogue(patient.clinic)["leg_press"]
    test = training.make_one_rep_max(patient, exercise, by=by, now=ENROLLED)
    session = record_session(patient, exercise.public_id, by=by)
    check_in = record_check_in(patient, session.public_id, by=patient.user)
    flares.judge_patient(patient=patient, now=NOW)
    adherence.compute([patient.pk], now=NOW)
    progression.draft_patient(patient=patient, now=NOW)
    alert = open_alert(patient, origin_key="scene")
    Alert.objects.filter(pk=alert.pk).update(escalated_at=NOW)
    prescription = programme.prescriptions.filter(exercise=exercise).first()
    proposal = prescription.proposals.get(status="open")
    meeting = training.make_meeting(programme, prescription, by=by, now=NOW)
    answered = forms.assign(patient, by=by, now=NOW)
    response = forms.fill(answered, by=patient.user, now=NOW)
    to_answer = forms.assign(patient, by=by, now=NOW)
    around = surroundings.make_surroundings(
        patient,
        by=by,
        now=NOW,
        about={
            "agreement": {
                "exercise": str(exercise.public_id),
                "programme": str(programme.public_id),
            },
            "adverse_event": {"session": str(session.public_id)},
        },
    )
    allowed = consents.decide(patient, "export", "given", now=NOW)
    copied = takeouts.make_copy(patient, now=NOW)
    wish = takeouts.ask_to_be_erased(patient, now=NOW)
    takeouts.change_mind(wish, now=NOW)
    token, _ = issue_token(
        user=by, name="kept", scope="full", expires_at=NOW + timedelta(days=1), now=NOW
    )
    return {
        "clinic_id": patient.clinic.public_id,
        "patient_id": patient.public_id,
        "exercise_id": exercise.public_id,
        "template_id": programme.template.public_id,
        "programme_id": programme.public_id,
        "prescription_id": prescription.public_id,
        "meeting_id": meeting.public_id,
        "planned_session_id": training.calendar_of(programme)[4].public_id,
        "test_id": test.public_id,
        "session_id": session.public_id,
        "check_in_id": check_in.public_id,
        "alert_id": alert.public_id,
        "proposal_id": proposal.public_id,
        "questionnaire_id": to_answer.public_id,
        "response_id": response.public_id,
        "token_id": token.public_id,
        "consent_id": allowed.public_id,
        "export_id": copied.public_id,
        "erasure_id": wish.public_id,
        "user_id": by.public_id,
        "change_id": uuid4(),
    } | (measuring.make_tests(patient, by=by, now=NOW) | around)


def add_rarer_rows(
    patient: Patient, *, by: User, manager: User, ids: dict[str, UUID]
) -> None:
    """Fill the tables that a plain course leaves empty, for patient and clinic.

    A request under ``change_id`` was made, and the clinic has a template of its own.
    """
    clinic = patient.clinic
    programmes.put_load_in_force(
        prescription_id=ids["prescription_id"],
        entry=LoadRequest.parse(
            {"load": {"value": "35", "unit": "kg"}, "reason": "ready"}
            | {"change_id": str(ids["change_id"])}
        ),
        by=by,
        now=NOW,
    )
    programmes.pause(
        programme_id=ids["programme_id"],
        entry=PauseRequest.parse({"from": "2026-03-09", "reason": "holiday"}),
        by=by,
        now=NOW,
    )
    programmes.add_closure(
        entry=ClosureEntry.parse(
            {"first_day": "2026-12-24", "last_day": "2026-12-24", "reason": "Yule"}
        ),
        clinic=clinic,
        by=manager,
        now=NOW,
    )
    copied = ProgrammeTemplate.objects.shipped().latest("pk").public_id
    kept = programmes.keep_template(
        entry=TemplateEntry(copy_of=copied, key=f"kept_{clinic.pk}", name="Kept"),
        clinic=clinic,
        by=manager,
        now=NOW,
    )
    ids["template_id"] = kept.template.public_id
    training.decide_rules(clinic, by=manager, now=NOW, hrmax_formula="fox")
    policies.sign_policy(clinic=clinic, by=manager, now=NOW)
    ids["policy_id"] = replayed_draft(clinic, by=manager)
    wording = forms.import_wording(clinic, "peg", by=manager, now=NOW)
    ids["wording_id"] = wording.public_id
    own = forms.import_own_instrument(clinic, by=manager, now=NOW)
    ids["instrument_id"] = own.public_id
    forms.set_schedule(clinic, by=manager, now=NOW)
    consents.write_words(clinic, by=manager, now=NOW, purpose="care")
    # A mail about the patient, to the manager.
    break_glass(
        patient_id=patient.public_id,
        entry=BreakGlass(reason="She fell."),
        by=people.make_therapist(clinic),
        now=LATELY,
    )
    another = open_alert(patient, origin_key="another")
    act = Act.parse({"action": "talked"})
    inbox.act(alert_id=another.public_id, request=act, by=by, now=NOW)
    inbox.set_opening_hours(
        entry=OpeningHoursEntry.parse(
            {
                "opening_hours": [
                    {"weekday": 0, "opens_at": "08:00", "closes_at": "17:00"}
                ]
            }
        ),
        clinic=clinic,
        by=manager,
        now=NOW,
    )
    shared = {"clinic": clinic, "patient": patient}
    DiaryRating.objects.create(
        **shared,
        region="Back",
        day=date(2026, 3, 1),
        original_value="4",
        pain_mm=40,
        file_digest="0" * 64,
        line=2,
        imported_at=NOW,
    )
    before = check_in_answer(visible_check_in(by, ids["check_in_id"]))
    Snapshot.objects.create(
        **shared,
        kind="check_in",
        record_id=ids["check_in_id"],
        version=1,
        content=before.model_dump(mode="json") | {"pain_mm": 39},
        replaced_by=by,
        replaced_at=NOW,
        reason="typo",
    )


def replayed_draft(clinic: Clinic, *, by: User) -> UUID:
    """Return a policy of the clinic's own that somebody may sign."""
    shipped = policies.policy_of(clinic.pk).row.public_id
    entry = PolicyEntry(
        based_on=shipped, changes={"t1_rise_mm": 25}, reason="Fewer of them."
    )
    draft, _ = draft_policy(entry=entry, clinic=clinic, by=by, now=NOW)
    ask_replay(policy=draft, clinic=clinic, request=ReplayRequest(), by=by, now=NOW)
    replay_policies(now=NOW)
    return draft.public_id


def session_body(patient_id: UUID, exercise_id: UUID, **fields: object) -> dict:
    """Return a small session as a client sends it."""
    values = {
        "patient": str(patient_id),
        "setting": "supervised",
        "started_at": "2026-03-02T10:02:00+01:00",
        "ended_at": "2026-03-02T11:00:00+01:00",
        "exercises": [
            {
                "exercise": str(exercise_id),
                "sets": [{"reps": 15, "load": {"value": "30", "unit": "kg"}}],
            }
        ],
    }
    return values | fields


def open_alert(patient: Patient, *, origin_key: str) -> Alert:
    """Return an open alert that told nobody."""
    finding = Finding(
        origin_key=origin_key,
        kind=AlertKind.ACUTE_FLARE,
        severity=Severity.MODERATE,
        sentence="Pain rose after the session.",
    )
    return open_or_update_alert(patient=patient, finding=finding, tells=False, now=NOW)


def record_session(patient: Patient, exercise_id: UUID, *, by: User):
    """Return the session of 2 March."""
    check_ins = [
        {"moment": "pre", "answered_at": "2026-03-02T09:58:00+01:00", "pain_mm": 51},
        {"moment": "post", "answered_at": "2026-03-02T11:00:30+01:00", "pain_mm": 55},
    ]
    entry = SessionEntry.parse(
        session_body(patient.public_id, exercise_id, check_ins=check_ins)
    )
    session, _ = logbook.record_session(entry=entry, by=by, now=SESSION_ENDED)
    return session


def record_check_in(patient: Patient, session_id: UUID, *, by: User):
    """Return the answer of the morning after."""
    entry = CheckInEntry.parse(
        {
            "session": str(session_id),
            "moment": "h24",
            "answered_at": "2026-03-03T11:00:00+01:00",
            "pain_mm": 40,
        }
    )
    now = datetime(2026, 3, 3, 10, 1, tzinfo=UTC)
    check_in, _ = logbook.record_check_in(entry=entry, by=by, now=now)
    return check_in
