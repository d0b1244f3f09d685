"""What a therapist decides, what comes into force, and what is asked afterwards."""

from decimal import Decimal
from uuid import uuid4

import pytest

from apps.audit.models import AuditEvent
from apps.common.errors import (
    IdReusedError,
    NotAllowedError,
    NotThereError,
    WrongStateError,
)
from apps.inbox.models import Alert
from apps.programmes import services as programmes
from apps.programmes.entry import PhaseRequest
from apps.programmes.models import LoadInForce, PhaseInForce
from apps.programmes.queries import prescription_on
from apps.progression import services
from apps.progression.entry import ProposalAcceptance
from apps.progression.models import LoadProposal
from tests.factories.people import make_assessor, make_clinic, make_therapist

from .gym import DAY, HOUR, closed, make_gym, seen, start_of, work

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("D4")]


def ready(upto=5, *reps, **options):
    """Return a patient for whom a raise is proposed."""
    gym = make_gym(**options)
    for number in range(1, upto + 1):
        gym.hold(number, *(reps or (22, 22)), kg=options.get("kg", "40"))
    gym.think(closed(upto))
    return gym


def prescribed(gym, on):
    return prescription_on(programme=gym.programme, on=on).exercises[0]


def test_an_accepted_raise_is_in_force_and_the_prescription_says_why():
    gym = ready()
    decided = gym.accept(gym.proposal(), now=closed(5))

    assert decided.status == "accepted"
    assert (decided.decided_by, decided.decided_at) == (gym.tove, closed(5))
    assert decided.load_in_force.load_kg == Decimal("42.50")
    found = prescribed(gym, closed(5).date())
    assert found.load.load_kg == Decimal("42.50")
    assert found.reason == (
        "Rule 13: The last set was at least 2 repetitions over the target in 2 "
        "sessions, and pain stayed green: from 40 to 42.5 kg. "
        f"({gym.tove.name}, {closed(5).date().isoformat()})"
    )


def test_after_a_decision_nothing_more_is_asked_about_that_session():
    gym = ready()
    gym.accept(gym.proposal(), now=closed(5))
    before = seen(gym)
    gym.think(closed(5) + HOUR)
    gym.think(closed(5) + DAY)

    assert [row for row in seen(gym) if row["prescription_id"] == gym.legs.pk] == [
        row for row in before if row["prescription_id"] == gym.legs.pk
    ]


def test_a_correction_after_a_decision_asks_only_for_less():
    gym = ready()
    gym.accept(gym.proposal(), now=closed(5))
    session = gym.programme.patient.held_sessions.latest("started_at")
    gym.correct(session, "during", now=closed(5) + HOUR, pain_mm=75)
    gym.think(closed(5) + HOUR)

    found = gym.proposal()
    assert (found.rule, found.from_kg, found.to_kg) == (
        8,
        Decimal("42.50"),
        Decimal("37.50"),
    )
    gym.dismiss(found, now=closed(5) + 2 * HOUR)
    gym.think(closed(5) + 2 * HOUR)
    assert not gym.proposals(status="open")


def test_more_repetitions_first_are_in_force_with_the_same_load():
    gym = ready(kg="20")
    gym.accept(gym.proposal(), now=closed(5))

    found = prescribed(gym, closed(5).date())

    assert (found.load.load_kg, found.reps) == (Decimal("20.00"), (15, 24))

    gym.hold(6, 24, 24, kg="20")
    gym.hold(7, 24, 24, kg="20")
    gym.think(closed(7))
    step = gym.proposal()
    assert (step.rule, step.to_kg, step.offered_kg) == (
        13,
        Decimal("20.00"),
        Decimal("22.50"),
    )
    assert step.therapist_decides
    gym.change(step, "22.5", now=closed(7), reason="Ready")
    found = prescribed(gym, closed(7).date())
    # The step with the fewest repetitions of the phase.
    assert (found.load.load_kg, found.reps) == (Decimal("22.50"), (15, 15))


@pytest.mark.parametrize("position", [2, 3])
def test_repetitions_that_were_added_end_with_their_phase(position):
    gym = ready(kg="20")
    gym.accept(gym.proposal(), now=closed(5))
    phase = PhaseRequest.parse({"position": position, "reason": "Ready"})
    programmes.set_phase(
        programme_id=gym.programme.public_id,
        entry=phase,
        by=gym.tove,
        now=closed(5) + HOUR,
    )

    low, high = {2: (12, 15), 3: (10, 12)}[position]
    assert prescribed(gym, (closed(5) + DAY).date()).reps == (low, high)

    gym.hold(6, low, low, kg="20", told={"red_flags": ["chest_pain"]})
    gym.think(closed(6))
    assert gym.proposal().action == "no_training"


def test_one_set_is_of_the_next_session_alone():
    gym = make_gym(kg="42.5")
    for number in range(1, 6):
        gym.hold(number, 22, 22, kg="42.5")
    now = start_of(5) + 15 * DAY
    gym.programme.planned_sessions.filter(starts_at__lt=now, number__gt=5).update(
        status="missed"
    )
    gym.think(now)
    gym.accept(gym.proposal(), now=now)
    later = next(n for n in range(6, 30) if start_of(n) > now)

    assert prescribed(gym, now.date()).sets == 1
    gym.hold(later, 15, kg="32.5")
    assert prescribed(gym, start_of(later).date()).sets == 2


def test_another_load_needs_a_reason_and_goes_into_the_trail():
    gym = ready()
    decided = gym.change(gym.proposal(), "50", now=closed(5), reason="She is strong")

    assert (decided.status, decided.decision_reason) == ("changed", "She is strong")
    assert gym.kg() == "50.00"
    event = AuditEvent.objects.get(action="load_proposal.changed")
    assert event.detail == {"rule": 13, "beyond": ["raise_max_pct", "proposed_load"]}
    assert prescribed(gym, closed(5).date()).reason.startswith(
        "She is strong (instead of rule 13: 42.5 kg)"
    )


def test_a_dismissed_proposal_changes_nothing():
    gym = ready()
    loads = LoadInForce.objects.count()
    decided = gym.dismiss(gym.proposal(), now=closed(5), reason="Later")

    assert (decided.status, decided.decision_reason) == ("dismissed", "Later")
    assert (gym.kg(), LoadInForce.objects.count()) == ("40.00", loads)


def test_no_training_that_is_accepted_leaves_the_load():
    gym = ready(4)
    gym.hold(5, 22, 22, told={"red_flags": ["fever"]})
    gym.think(closed(5))
    loads = LoadInForce.objects.count()
    gym.accept(gym.proposal(), now=closed(5))
    gym.think(closed(5) + HOUR)

    assert LoadInForce.objects.count() == loads
    assert not gym.proposals(status="open")


def test_the_same_change_twice_is_one_change():
    gym = ready()
    proposal, change_id = gym.proposal(), str(uuid4())
    first = gym.accept(proposal, now=closed(5), change_id=change_id)
    loads = LoadInForce.objects.count()
    again = gym.accept(proposal, now=closed(5) + HOUR, change_id=change_id)

    assert (again.status, again.decided_at) == ("accepted", first.decided_at)
    assert LoadInForce.objects.count() == loads
    with pytest.raises(IdReusedError):
        gym.dismiss(proposal, now=closed(5), change_id=change_id)


def test_what_was_decided_or_superseded_cannot_be_decided():
    gym = ready()
    proposal = gym.proposal()
    gym.dismiss(proposal, now=closed(5))
    with pytest.raises(WrongStateError, match="dismissed"):
        gym.accept(proposal, now=closed(5))

    other = gym.proposal(of=gym.bench)
    session = gym.anna.held_sessions.latest("started_at")
    gym.correct(session, "during", now=closed(5), pain_mm=75)
    gym.think(closed(5))
    with pytest.raises(WrongStateError, match="superseded"):
        gym.accept(other, now=closed(5))
    assert gym.kg() == "40.00"


def test_a_load_put_in_force_by_hand_makes_the_proposal_stale():
    gym = ready()
    proposal = gym.proposal()
    gym.load("45", at=closed(5))

    with pytest.raises(WrongStateError, match="Another load"):
        gym.accept(proposal, now=closed(5))
    gym.think(closed(5))
    proposal.refresh_from_db()
    assert proposal.status == "superseded"
    # The weeks of the phase are done, and 45 kg was not lifted yet.
    assert (gym.proposal().rule, gym.proposal().to_kg) == (14, Decimal("45.00"))


def test_a_correction_supersedes_and_keeps_what_was_proposed():
    gym = ready()
    raised = gym.proposal()
    session = gym.anna.held_sessions.latest("started_at")
    gym.correct(session, "h24", now=closed(5), pain_mm=90)
    gym.think(closed(5))

    raised.refresh_from_db()
    assert (raised.status, raised.superseded_at) == ("superseded", closed(5))
    assert raised.inputs["sessions"][-1]["h24_mm"] == 52
    assert gym.proposal().inputs["sessions"][-1]["h24_mm"] == 90
    assert gym.proposal().action == "reduce"


def test_a_void_session_takes_its_proposal_along():
    gym = ready()
    session = gym.anna.held_sessions.latest("started_at")
    gym.void(session, now=closed(5))
    gym.think(closed(5))

    assert gym.proposals()[-2].status == "superseded"
    assert gym.proposal().session.started_at == start_of(4)


def green_phase(upto=5):
    """Return a patient who has done the weeks of phase 1 with both exercises."""
    gym = make_gym(kg="30")
    for number in range(1, upto + 1):
        bench = {
            "exercise": str(gym.bench.exercise.public_id),
            "sets": work(15, 15, kg="30"),
        }
        gym.hold(number, 15, 15, kg="30", others=[bench])
    gym.think(closed(upto))
    return gym


def test_the_next_phase_is_one_decision_and_each_load_its_own():
    gym = green_phase()
    other = gym.proposal(of=gym.bench)
    gym.accept(gym.proposal(), now=closed(5), confirmed=True)
    gym.think(closed(5) + HOUR)

    phases = PhaseInForce.objects.filter(programme=gym.programme).order_by("pk")
    assert [each.position for each in phases] == [1, 2]
    assert phases[1].decided_by == gym.tove
    # The other exercise keeps its proposal, and accepting it moves no phase.
    assert gym.proposal(of=gym.bench) == other
    gym.accept(other, now=closed(5) + 2 * HOUR, confirmed=True)
    assert phases.count() == 2


def test_the_way_back_after_a_cut_takes_two_steps_at_most():
    gym = make_gym(kg="42.5")
    for number in range(1, 5):
        gym.hold(number, 15, 15, kg="42.5")
    session = gym.hold(5, 15, 15, kg="42.5")
    gym.think(closed(5))
    alert = Alert.objects.create(
        clinic=gym.clinic,
        patient=gym.anna,
        kind="acute_flare",
        severity="moderate",
        origin_key=f"flare:{session.public_id}",
        opened_at=closed(5),
        sentence="Pain rose.",
    )
    services.draft_patient(patient=gym.anna, now=closed(5))
    gym.accept(gym.proposal(), now=closed(5))
    assert gym.kg() == "32.50"
    Alert.objects.filter(pk=alert.pk).update(closed_itself_at=closed(5))

    gym.hold(6, 15, 15, kg="32.5")
    gym.think(closed(6))
    assert gym.proposal().rule != 16
    gym.hold(7, 15, 15, kg="32.5")
    gym.think(closed(7))
    half = gym.proposal()
    assert (half.rule, half.to_kg, half.therapist_decides) == (
        16,
        Decimal("37.50"),
        True,
    )
    gym.accept(half, now=closed(7), confirmed=True)

    for number in (8, 9):
        gym.hold(number, 15, 15, kg="37.5")
    gym.think(closed(9))
    rest = gym.proposal()
    assert (rest.rule, rest.to_kg) == (16, Decimal("42.50"))
    gym.accept(rest, now=closed(9), confirmed=True)
    for number in (10, 11):
        gym.hold(number, 15, 15, kg="42.5")
    gym.think(closed(11))
    assert gym.proposal().rule != 16


def test_a_flare_cuts_once_an_episode_and_asks_for_one_set_again():
    gym = make_gym(kg="42.5")
    for number in range(1, 6):
        session = gym.hold(number, 15, 15, kg="42.5")
    gym.think(closed(5))
    alert = Alert.objects.create(
        clinic=gym.clinic,
        patient=gym.anna,
        kind="acute_flare",
        severity="moderate",
        origin_key=f"flare:{session.public_id}",
        opened_at=closed(5),
        sentence="Pain rose.",
    )
    services.draft_patient(patient=gym.anna, now=closed(5))
    gym.accept(gym.proposal(), now=closed(5))
    gym.hold(6, 15, kg="32.5")
    gym.think(closed(6))
    Alert.objects.filter(pk=alert.pk).update(no_longer_holds=False)
    services.draft_patient(patient=gym.anna, now=closed(6))

    again = gym.proposal()
    assert (again.rule, again.to_kg, again.sets) == (3, Decimal("32.50"), 1)


def test_no_load_comes_into_force_without_somebody_who_decided():
    gym = ready()
    for number in range(6, 10):
        gym.hold(number, 22, 22)
        gym.think(closed(number))
    loads = LoadInForce.objects.filter(prescription__programme=gym.programme)

    assert loads.count() == 2
    assert not loads.filter(decided_by=None).exists()
    gym.accept(gym.proposal(), now=closed(9))
    assert loads.get(load_kg="42.5").decided_by == gym.tove


class TestWho:
    def accept(self, proposal, by):
        return services.accept(
            proposal_id=proposal.public_id,
            request=ProposalAcceptance(),
            by=by,
            now=closed(5),
        )

    def test_only_the_care_team_decides(self):
        gym = ready()
        proposal, before = gym.proposal(), seen(gym)
        with pytest.raises(NotAllowedError):
            self.accept(proposal, gym.anna.user)
        for outsider in (
            make_therapist(gym.clinic),
            make_assessor(gym.clinic),
            make_therapist(make_clinic()),
        ):
            with pytest.raises(NotThereError):
                self.accept(proposal, outsider)
        assert seen(gym) == before
        assert gym.kg() == "40.00"


def test_a_proposal_is_about_one_programme_alone():
    gym = ready()
    assert LoadProposal.objects.filter(programme=gym.programme).exists()
    gym.programme.status, gym.programme.ended_on = "completed", closed(5).date()
    gym.programme.save()
    gym.think(closed(5) + HOUR)

    assert not LoadProposal.objects.filter(status="open").exists()
