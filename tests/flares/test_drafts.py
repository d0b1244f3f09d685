"""A clinic's own policies: drafted, signed, taken back."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from apps.audit.models import AuditEvent
from apps.clinical.flare.policy import DetectorPolicy as Numbers
from apps.common.errors import (
    IdReusedError,
    InvalidEntryError,
    NotAllowedError,
    WrongStateError,
)
from apps.flares import policies
from apps.flares.drafts import draft_policy
from apps.flares.entry import PolicyEntry, ReplayRequest, ShadowRequest, SignRequest
from apps.flares.models import ClinicPolicy, DetectorPolicy, PolicyReplay, Verdict
from apps.flares.replays import ask_replay, replay_policies
from apps.inbox.models import Alert
from apps.logbook.models import JudgementDue
from tests.factories.people import (
    make_assessor,
    make_clinic,
    make_manager,
    make_patient,
    make_therapist,
)

from .course import HOUR, make_course, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F4")]
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


def shipped():
    [row] = policies.load_policies()
    return row


def drafted(clinic, *, by=None, base=None, now=NOW, policy_id=None, **changes):
    """Draft a policy of the clinic and return it."""
    entry = PolicyEntry(
        id=policy_id,
        based_on=(base or shipped()).public_id,
        changes=changes or {"t1_rise_mm": 25},
        reason="Fewer of them.",
    )
    return draft_policy(
        entry=entry, clinic=clinic, by=by or make_manager(clinic), now=now
    )


def replayed(policy, *, clinic, by):
    """Replay a policy to the end."""
    request = ReplayRequest()
    ask_replay(policy=policy, clinic=clinic, request=request, by=by, now=NOW)
    replay_policies(now=NOW)


@pytest.mark.parametrize("make", [make_therapist, make_manager])
def test_a_draft_is_the_next_version_with_its_changes_alone(make):
    clinic = make_clinic()
    by = make(clinic)

    first, _ = drafted(clinic, by=by, t1_rise_mm=25)
    second, _ = drafted(clinic, by=by, base=first, t1_variations=2)

    assert [policies.version_name(each) for each in (first, second)] == [
        "own-1",
        "own-2",
    ]
    assert Numbers.from_mapping(second.content) == Numbers(
        key="own", version=2, t1_rise_mm=25.0, t1_variations=2.0
    )
    assert (second.based_on, second.drafted_by, second.drafted_at) == (first, by, NOW)


def test_a_draft_judges_nobody_and_leaves_a_trace():
    clinic = make_clinic()
    policy, _ = drafted(clinic)

    assert policies.policy_of(clinic.pk).row == shipped()
    event = AuditEvent.objects.get(action="policy.draft")
    assert (event.clinic_id, event.subject_id) == (clinic.pk, policy.public_id)
    assert event.detail == {
        "policy": "own-1",
        "based_on": "eih-1",
        "changes": ["t1_rise_mm"],
    }


def test_clinics_count_their_versions_apart():
    names = [drafted(make_clinic())[0].version for _ in range(2)]

    assert names == [1, 1]


def test_a_draft_sent_twice_is_stored_once():
    clinic, policy_id = make_clinic(), uuid4()
    by = make_manager(clinic)

    first, is_new = drafted(clinic, by=by, policy_id=policy_id)
    again, is_new_again = drafted(clinic, by=by, policy_id=policy_id)

    assert (first, is_new, is_new_again) == (again, True, False)
    assert DetectorPolicy.objects.filter(clinic=clinic).count() == 1


@pytest.mark.parametrize("whose", ["own", "another clinic's", "shipped"])
def test_an_id_that_is_taken_stores_nothing(whose):
    clinic, other = make_clinic(), make_clinic()
    taken = {
        "own": lambda: drafted(clinic, t1_rise_mm=30)[0],
        "another clinic's": lambda: drafted(other)[0],
        "shipped": shipped,
    }[whose]()
    before = DetectorPolicy.objects.count()

    with pytest.raises(IdReusedError):
        drafted(clinic, policy_id=taken.public_id)
    assert DetectorPolicy.objects.count() == before


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"t1_rise": 25}, [("/changes/t1_rise", "unknown_field")]),
        ({"a/b~c": 25}, [("/changes/a~1b~0c", "unknown_field")]),
        ({"t1_rise_mm": 0}, [("/changes/t1_rise_mm", "min_value")]),
        ({"t1_rise_mm": "25"}, [("/changes/t1_rise_mm", "invalid")]),
        ({"t4_sessions": 3}, [("/changes/t4_sessions", "wrong_order")]),
        ({"t1_rise_mm": 20}, [("/changes", "no_change")]),
        (
            {"t1_rise_mm": 101, "version": 9},
            [
                ("/changes/t1_rise_mm", "max_value"),
                ("/changes/version", "unknown_field"),
            ],
        ),
    ],
)
def test_a_number_that_cannot_be_is_refused_with_its_place(changes, expected):
    clinic = make_clinic()

    with pytest.raises(InvalidEntryError) as refused:
        drafted(clinic, **changes)

    assert [(each["pointer"], each["code"]) for each in refused.value.errors] == (
        expected
    )
    assert not DetectorPolicy.objects.filter(clinic=clinic).exists()


@pytest.mark.parametrize("whose", ["nobody's", "another clinic's"])
def test_a_draft_over_a_policy_that_is_not_there_is_refused(whose):
    clinic = make_clinic()
    base = drafted(make_clinic())[0]
    if whose == "nobody's":
        base = DetectorPolicy(public_id=UUID(int=1))

    with pytest.raises(InvalidEntryError) as refused:
        drafted(clinic, base=base)

    assert refused.value.errors[0]["pointer"] == "/based_on"


def stranger(clinic):
    return make_therapist(make_clinic())


def patient(clinic):
    return make_patient(clinic).user


@pytest.mark.parametrize("make", [make_assessor, stranger, patient])
def test_nobody_else_drafts_or_takes_back(make):
    clinic = make_clinic()
    by = make_manager(clinic)
    policies.sign_policy(clinic=clinic, by=by, now=NOW)
    other = make(clinic)

    with pytest.raises(NotAllowedError):
        drafted(clinic, by=other)
    with pytest.raises(NotAllowedError):
        taken_back(clinic, by=other)
    assert not DetectorPolicy.objects.filter(clinic=clinic).exists()
    assert policies.policy_of(clinic.pk).is_live


def test_a_version_never_changes():
    policy, _ = drafted(make_clinic())

    with pytest.raises(DatabaseError), transaction.atomic():
        DetectorPolicy.objects.filter(pk=policy.pk).update(reason="Another.")


def test_nobody_inside_a_clinic_adds_to_what_is_shipped():
    row = shipped()

    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        DetectorPolicy.objects.create(
            key="eih", version=2, content=row.content, digest=row.digest
        )


# --- Signing


def test_a_draft_is_signed_only_after_it_was_replayed():
    clinic = make_clinic()
    by = make_manager(clinic)
    policy, _ = drafted(clinic, by=by)

    with pytest.raises(WrongStateError, match="Replay it first"):
        policies.sign_policy(clinic=clinic, policy=policy, by=by, now=NOW)
    assert not ClinicPolicy.objects.exists()

    replayed(policy, clinic=clinic, by=by)
    policies.sign_policy(clinic=clinic, policy=policy, by=by, now=NOW)
    assert policies.policy_of(clinic.pk).row == policy


def test_a_replay_that_is_not_done_does_not_count():
    clinic = make_clinic()
    by = make_manager(clinic)
    policy, _ = drafted(clinic, by=by)
    ask_replay(policy=policy, clinic=clinic, request=ReplayRequest(), by=by, now=NOW)

    with pytest.raises(WrongStateError, match="Replay it first"):
        policies.sign_policy(clinic=clinic, policy=policy, by=by, now=NOW)


def test_a_replay_that_saw_nothing_of_the_past_does_not_count():
    course = make_course()
    course.visit(1, (50, 50, 75, None))
    policy, _ = drafted(course.clinic, by=course.tove)
    ask_replay(
        policy=policy,
        clinic=course.clinic,
        request=ReplayRequest.parse({"from": "2199-01-01"}),
        by=course.tove,
        now=NOW,
    )
    replay_policies(now=NOW)
    assert PolicyReplay.objects.get().status == "done"

    with pytest.raises(WrongStateError, match="Replay it first"):
        policies.sign_policy(
            clinic=course.clinic, policy=policy, by=course.tove, now=NOW
        )


def test_a_draft_without_emergency_words_is_not_signed():
    clinic = make_clinic(emergency_words={})
    by = make_manager(clinic)
    policy, _ = drafted(clinic, by=by)
    replayed(policy, clinic=clinic, by=by)

    with pytest.raises(WrongStateError, match="Emergency words"):
        policies.sign_policy(clinic=clinic, policy=policy, by=by, now=NOW)


def test_a_signed_draft_judges_everybody_again_by_its_numbers():
    course = make_course()
    course.run_in((50,) * 6)
    session = course.visit(1, (50, 50, 75, None))
    course.judge(now=session.ended_at + 60 * HOUR)
    before = course.verdict(session)
    policy, _ = drafted(course.clinic, t1_rise_mm=30, t2_rise_mm=30)
    replayed(policy, clinic=course.clinic, by=course.tove)

    policies.sign_policy(clinic=course.clinic, policy=policy, by=course.tove, now=NOW)
    due = JudgementDue.objects.get(patient=course.anna)
    course.judge(now=NOW)

    after = course.verdict(session)
    assert (due.reason, due.from_started_at) == ("policy_signed", start_of(1))
    # The morning after was 25 mm above 50.
    assert (before.tiers, after.tiers) == (["T1", "T2"], [])
    assert (after.policy, Verdict.objects.get(pk=before.pk).superseded_at) == (
        policy,
        NOW,
    )
    [alert] = course.alerts()
    assert alert.no_longer_holds


def test_an_alert_says_the_numbers_of_the_policy_that_made_it():
    course = make_course()
    course.golden(upto=4)
    policy, _ = drafted(course.clinic, by=course.tove, t4_each_mm=15)
    replayed(policy, clinic=course.clinic, by=course.tove)
    policies.sign_policy(clinic=course.clinic, policy=policy, by=course.tove, now=NOW)

    course.judge(now=NOW)

    # Responses of 5.2, 16.8, 16.8 and 22.5 mm.
    alert = Alert.objects.get(patient=course.anna, kind="hyperalgesia")
    assert "3 of 4 sessions rose by 15 mm or more." in alert.sentence


def test_sign_policy_sent_twice_signs_once():
    clinic = make_clinic()
    by, request = make_manager(clinic), SignRequest(change_id=uuid4())
    for _ in range(2):
        policies.sign_policy(
            clinic=clinic, policy=shipped(), request=request, by=by, now=NOW
        )

    assert AuditEvent.objects.filter(action="policy.sign").count() == 1


def test_a_late_copy_of_a_signature_does_not_undo_the_way_back():
    clinic = make_clinic()
    by, request = make_manager(clinic), SignRequest(change_id=uuid4())

    def sign():
        policies.sign_policy(
            clinic=clinic, policy=shipped(), request=request, by=by, now=NOW
        )

    sign()
    taken_back(clinic, by=by)
    sign()

    assert not policies.policy_of(clinic.pk).is_live


# --- Back into the shadow


def taken_back(clinic, *, by, policy=None, change_id=None):
    request = ShadowRequest(reason="Too many.", change_id=change_id)
    policies.shadow_policy(
        clinic=clinic, policy=policy or shipped(), request=request, by=by, now=NOW
    )


def test_a_live_policy_goes_back_into_the_shadow_and_says_why():
    clinic = make_clinic()
    by, change_id = make_therapist(clinic), uuid4()
    policies.sign_policy(clinic=clinic, by=by, now=NOW)

    for _ in range(2):
        taken_back(clinic, by=by, change_id=change_id)

    in_force = policies.policy_of(clinic.pk)
    assert (in_force.row, in_force.is_live, in_force.signature) == (
        shipped(),
        False,
        None,
    )
    event = AuditEvent.objects.get(action="policy.shadow")
    assert event.detail == {"policy": "eih-1", "reason": "Too many."}


def test_in_the_shadow_a_flare_alerts_nobody_and_a_red_flag_does():
    course = make_course()
    taken_back(course.clinic, by=course.tove)
    course.run_in((50,) * 6)
    session = course.hold(1, pre=50, post=50)
    course.rate(session, "h24", 95, red_flags=["chest_pain"])
    course.judge(now=session.ended_at + 24 * HOUR)

    assert course.verdict(session).alert_status == "shadow"
    assert [alert.kind for alert in course.alerts()] == ["red_flag"]


@pytest.mark.parametrize("state", ["never signed", "another one is live"])
def test_only_the_live_policy_goes_back(state):
    clinic = make_clinic()
    by = make_manager(clinic)
    policy = shipped()
    if state == "another one is live":
        policies.sign_policy(clinic=clinic, by=by, now=NOW)
        policy, _ = drafted(clinic, by=by)

    with pytest.raises(WrongStateError, match="that is live"):
        taken_back(clinic, by=by, policy=policy)
    assert not AuditEvent.objects.filter(action="policy.shadow").exists()
