"""What changed between a proposal and a decision, before any sweep has seen it."""

import pytest
import time_machine

from apps.clinics.models import ProposalDue
from apps.common.errors import InvalidEntryError, WrongStateError
from apps.inbox.models import Alert
from apps.logbook.models import JudgementDue
from apps.programmes import services as programmes
from apps.programmes.entry import PhaseRequest
from apps.programmes.models import LoadInForce, PhaseInForce
from tests.factories.people import api_client

from .gym import DAY, HOUR, closed, make_gym, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D4")]

NOW = closed(5)
BEING_JUDGED = "being judged"
CHANGED = "has changed since"


def ready(*, told=None, reps=(22, 22), live=True):
    """Return a patient for whom something is proposed."""
    gym = make_gym(live=live)
    for number in range(1, 6):
        gym.hold(number, *reps, told=told or {})
    gym.think(NOW)
    return gym


def newest(gym):
    return gym.anna.held_sessions.latest("started_at")


def ask_about_pem(gym, answer):
    with time_machine.travel(NOW, tick=False):
        changed = api_client(gym.tove).patch(
            f"/api/v1/patients/{gym.anna.public_id}/",
            {"pem": answer, "correction_reason": "Asked again"},
            format="json",
            HTTP_IF_MATCH='"1"',
        )
    assert changed.status_code == 200


def move_phase(gym):
    programmes.set_phase(
        programme_id=gym.programme.public_id,
        entry=PhaseRequest.parse({"position": 3, "reason": "Ready"}),
        by=gym.tove,
        now=NOW,
    )


CHANGES = {
    "pem": (lambda gym: ask_about_pem(gym, True), CHANGED),
    "pem_not_known": (lambda gym: ask_about_pem(gym, None), CHANGED),
    "correction": (
        lambda gym: gym.correct(newest(gym), "h24", now=NOW, pain_mm=90),
        BEING_JUDGED,
    ),
    "red_flag": (
        lambda gym: gym.rate("pre", 50, at=NOW, red_flags=["chest_pain"]),
        BEING_JUDGED,
    ),
    "void": (lambda gym: gym.void(newest(gym), now=NOW), BEING_JUDGED),
    "session": (
        lambda gym: gym.hold(None, 22, 22, at=NOW - HOUR, h24=None, h48=None),
        BEING_JUDGED,
    ),
    "phase": (move_phase, CHANGED),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_before_the_next_sweep_stops_acceptance(change):
    gym = ready()
    proposal = gym.proposal()
    make, why = CHANGES[change]
    make(gym)
    phases = PhaseInForce.objects.filter(programme=gym.programme).count()

    for decide in (
        lambda: gym.accept(proposal, now=NOW),
        lambda: gym.change(proposal, "42.5", now=NOW),
    ):
        with pytest.raises(WrongStateError, match=why):
            decide()
    proposal.refresh_from_db()
    assert (gym.kg(), proposal.status) == ("40.00", "open")
    assert PhaseInForce.objects.filter(programme=gym.programme).count() == phases


@pytest.mark.parametrize("change", CHANGES)
def test_the_sweeps_that_were_late_supersede_it_all_the_same(change):
    gym = ready()
    proposal = gym.proposal()
    make, _ = CHANGES[change]
    make(gym)
    with pytest.raises(WrongStateError):
        gym.accept(proposal, now=NOW)
    # Nobody is woken where the broker is down: the rows say that there is work.
    late = [
        model.objects.filter(patient=gym.anna, due_at__lte=NOW).exists()
        for model in (JudgementDue, ProposalDue)
    ]
    assert any(late)

    gym.think(NOW)
    proposal.refresh_from_db()
    assert proposal.status == "superseded"


def test_a_phase_that_was_left_by_hand_is_not_put_back():
    gym = ready(reps=(18, 18))
    proposal = gym.proposal()
    assert (proposal.rule, proposal.phase) == (14, 2)
    move_phase(gym)

    with pytest.raises(WrongStateError, match=CHANGED):
        gym.accept(proposal, now=NOW)
    phases = PhaseInForce.objects.filter(programme=gym.programme).order_by("pk")
    assert [each.position for each in phases] == [1, 3]


def test_a_judgement_that_fails_lets_no_raise_through():
    gym = ready()
    JudgementDue.objects.update_or_create(
        patient=gym.anna,
        defaults={
            "clinic": gym.clinic,
            "from_started_at": start_of(1),
            "due_at": NOW + HOUR,
            "reason": "failed",
            "attempts": 1,
        },
    )

    with pytest.raises(WrongStateError, match=CHANGED):
        gym.accept(gym.proposal(), now=NOW)


def test_a_resolved_flare_cuts_nothing_more():
    gym = ready()
    session = gym.hold(6, 20, 20, h24=95, h48=92)
    gym.think(closed(6))
    proposal = gym.proposal()
    assert proposal.rule == 3
    alert = Alert.objects.get(origin_key=f"flare:{session.public_id}")
    with time_machine.travel(closed(6), tick=False):
        api_client(gym.tove).post(
            f"/api/v1/alerts/{alert.public_id}/resolve/",
            {"judgement": "false_alarm", "action": "none"},
            format="json",
        )

    with pytest.raises(WrongStateError, match=BEING_JUDGED):
        gym.accept(proposal, now=closed(6))


def test_a_day_that_made_a_break_counts_before_the_sweep():
    gym = ready()
    proposal = gym.proposal()
    later = start_of(5) + 9 * DAY
    gym.programme.planned_sessions.filter(number=6).update(status="missed")

    with pytest.raises(WrongStateError, match=CHANGED):
        gym.accept(proposal, now=later)


def test_a_paused_programme_takes_no_new_load():
    gym = ready()
    proposal = gym.proposal()
    gym.programme.status = "paused"
    gym.programme.save()

    with pytest.raises(WrongStateError, match="paused"):
        gym.accept(proposal, now=NOW)


def test_what_is_stale_may_be_dismissed():
    gym = ready()
    proposal = gym.proposal()
    ask_about_pem(gym, True)

    assert gym.dismiss(proposal, now=NOW).status == "dismissed"


def test_a_replay_is_answered_although_values_have_come_since():
    gym = ready()
    proposal, change_id = gym.proposal(), "018f3f5e-0000-7000-8000-000000000001"
    gym.accept(proposal, now=NOW, change_id=change_id)
    gym.correct(newest(gym), "h24", now=NOW + HOUR, pain_mm=90)

    again = gym.accept(proposal, now=NOW + HOUR, change_id=change_id)
    assert again.status == "accepted"
    assert LoadInForce.objects.filter(prescription=gym.legs).count() == 2


def test_over_http_it_is_a_conflict_that_says_what_to_do():
    gym = ready()
    proposal = gym.proposal()
    gym.correct(newest(gym), "h24", now=NOW, pain_mm=90)
    with time_machine.travel(NOW, tick=False):
        refused = api_client(gym.tove).post(
            f"/api/v1/load-proposals/{proposal.public_id}/accept/", {}, format="json"
        )

    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert refused.json()["detail"].endswith("Look again in a moment.")


class TestAsked:
    """What the table asks a therapist is not taken over in one tap."""

    @pytest.mark.parametrize("confidence", [5, 6])
    def test_it_is_accepted_only_when_confirmed(self, confidence):
        gym = ready(told={"confidence": confidence})
        proposal = gym.proposal()
        assert proposal.therapist_decides

        with pytest.raises(InvalidEntryError) as refused:
            gym.accept(proposal, now=NOW)
        assert refused.value.errors[0]["pointer"] == "/confirmed"
        assert refused.value.errors[0]["code"] == "not_confirmed"
        assert gym.kg() == "40.00"

        assert gym.accept(proposal, now=NOW, confirmed=True).status == "accepted"
        assert gym.kg() == "42.50"

    def test_another_load_with_a_reason_needs_no_more(self):
        gym = ready(told={"confidence": 6})

        assert gym.change(gym.proposal(), "40", now=NOW).status == "changed"

    def test_what_is_proposed_needs_no_confirmation(self):
        gym = ready()

        assert gym.accept(gym.proposal(), now=NOW).status == "accepted"
