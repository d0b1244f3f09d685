"""A patient in the 15-week programme, and short words for what happens.

Sessions are held on Mondays and Thursdays, 10:00-11:00 in Stockholm, from 2 March 2026
on, by the services themselves. Two exercises are prescribed: leg press, and bench
press for another region. The first phase asks for 2 sets of 15 to 20.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.clinics.models import Clinic, Patient
from apps.common.loads import kilograms
from apps.common.tenancy import across_clinics
from apps.exercises.models import Exercise
from apps.flares import policies
from apps.flares import services as flares
from apps.logbook import services as logbook
from apps.logbook.entry import CheckInEntry, Correction, SessionEntry, VoidRequest
from apps.logbook.models import CheckIn
from apps.programmes import services as programmes
from apps.programmes.models import (
    LoadInForce,
    PhaseInForce,
    PlannedSession,
    Prescription,
    Programme,
    ProgrammeTemplate,
)
from apps.progression import services
from apps.progression.entry import ProposalAcceptance, ProposalChange, ProposalDismissal
from apps.progression.models import LoadProposal
from tests.factories.people import make_clinic, make_patient, make_therapist

ZONE = ZoneInfo("Europe/Stockholm")
FIRST_DAY = date(2026, 3, 2)
BEFORE = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CALM = {"pre": 50, "during": 55, "h24": 52, "h48": 50}


def start_of(number: int) -> datetime:
    """Return when the session of this number starts, counted from 1."""
    week, second = divmod(number - 1, 2)
    day = FIRST_DAY + timedelta(weeks=week, days=3 * second)
    return datetime.combine(day, time(10), tzinfo=ZONE)


def closed(number: int) -> datetime:
    """Return when the last window of the session of this number has closed."""
    return start_of(number) + 61 * HOUR


def work(*reps: int, kg: str = "40", unit: str = "kg") -> list[dict]:
    """Return sets as a client sends them."""
    return [{"reps": each, "load": {"value": kg, "unit": unit}} for each in reps]


@dataclass(frozen=True, kw_only=True)
class Gym:
    """One patient in a programme; loads are typed in ``unit``, whatever is named kg."""

    clinic: Clinic
    tove: User
    anna: Patient
    legs: Prescription
    bench: Prescription
    programme: Programme
    unit: str = "kg"

    def load(self, kg: str, *, of: Prescription | None = None, at=BEFORE) -> None:
        LoadInForce.objects.create(
            clinic=self.clinic,
            prescription=of or self.legs,
            load_kg=kilograms(value=Decimal(kg), unit=self.unit),
            load_value=Decimal(kg),
            load_unit=self.unit,
            in_force_from=at,
            reason="ready",
            decided_by=self.tove,
            decided_at=at,
        )

    def hold(self, number, *reps, kg="40", at=None, others=(), skipped=None, **fields):
        """Record a session with its values; ``reps`` of the leg press, 20 20 if none.

        ``skipped`` says why it was not done at all.
        ``pre``, ``during``, ``h24`` and ``h48`` are pain in mm; None leaves one out.
        """
        values = CALM | {name: fields.pop(name) for name in CALM if name in fields}
        pre_fields = {"confidence": 8, "red_flags": []} | fields.pop("told", {})
        start = at or start_of(number)
        done = {"sets": work(*(reps or (20, 20)), kg=kg, unit=self.unit)}
        if skipped is not None:
            done = {"skipped": True, "skipped_reason": skipped}
        legs = {"exercise": str(self.legs.exercise.public_id)} | done
        body = {
            "patient": str(self.anna.public_id),
            "setting": "supervised",
            "started_at": start.isoformat(),
            "ended_at": (start + HOUR).isoformat(),
            "exercises": [legs, *others],
            "check_ins": [
                {"moment": moment, "answered_at": at.isoformat(), "pain_mm": value}
                | (pre_fields if moment == "pre" else {})
                for moment, at, value in (
                    ("pre", start, values["pre"]),
                    ("during", start + HOUR / 2, values["during"]),
                )
                if value is not None
            ],
        }
        if number is not None and at is None:
            slot = PlannedSession.objects.get(programme=self.programme, number=number)
            body["planned_session"] = str(slot.public_id)
        session, _ = logbook.record_session(
            entry=SessionEntry.parse(body | fields), by=self.tove, now=start + HOUR
        )
        for moment in ("h24", "h48"):
            if values[moment] is not None:
                self.rate(moment, values[moment], session=session)
        return session

    def rate(self, moment, pain_mm=None, *, session=None, at=None, **fields):
        """Record one check-in; those after a session at their time."""
        hours = {"h24": 24, "h48": 48}
        felt = at or session.ended_at + hours[moment] * HOUR
        body = {
            "patient": str(self.anna.public_id),
            "session": None if session is None else str(session.public_id),
            "moment": moment,
            "answered_at": felt.isoformat(),
            "pain_mm": pain_mm,
        }
        entry = CheckInEntry.parse(body | fields)
        check_in, _ = logbook.record_check_in(entry=entry, by=self.tove, now=felt)
        return check_in

    def correct(self, session, moment, *, now, **fields):
        """Correct the check-in of a session."""
        row = CheckIn.objects.get(session=session, moment=moment)
        logbook.correct_check_in(
            check_in_id=row.public_id,
            correction=Correction.parse({"correction_reason": "Typo"} | fields),
            expected_version=row.version,
            by=self.tove,
            now=now,
        )

    def void(self, session, *, now):
        request = VoidRequest.parse({"reason": "typo"})
        logbook.void_session(
            session_id=session.public_id, request=request, by=self.tove, now=now
        )

    def think(self, now) -> None:
        """Judge and draft, as the sweeps do."""
        flares.judge_patient(patient=self.anna, now=now)
        services.draft_due(now=now)

    def proposals(self, of=None, **filters) -> list[LoadProposal]:
        rows = LoadProposal.objects.filter(prescription=of or self.legs, **filters)
        return list(rows.order_by("pk"))

    def proposal(self, of=None) -> LoadProposal:
        """Return the one that waits for a decision."""
        return LoadProposal.objects.get(prescription=of or self.legs, status="open")

    def accept(self, proposal, *, now, **fields) -> LoadProposal:
        return services.accept(
            proposal_id=proposal.public_id,
            request=ProposalAcceptance.parse(fields),
            by=self.tove,
            now=now,
        )

    def change(self, proposal, kg, *, now, reason="She wants to", **fields):
        body = {"load": {"value": kg, "unit": self.unit}, "reason": reason} | fields
        return services.change(
            proposal_id=proposal.public_id,
            request=ProposalChange.parse(body),
            by=self.tove,
            now=now,
        )

    def dismiss(self, proposal, *, now, **fields) -> LoadProposal:
        return services.dismiss(
            proposal_id=proposal.public_id,
            request=ProposalDismissal.parse(fields),
            by=self.tove,
            now=now,
        )

    def kg(self, of=None) -> str:
        """Return the load in force."""
        rows = LoadInForce.objects.filter(prescription=of or self.legs)
        return str(rows.order_by("in_force_from", "pk").last().load_kg)


def make_exercise(clinic, slug, *, region, step="2.5", unit="kg") -> Exercise:
    return Exercise.objects.create(
        clinic=clinic,
        slug=slug,
        name=slug.replace("_", " ").capitalize(),
        region=region,
        modality="resistance",
        load_kind="external",
        increment_value=Decimal(step),
        increment_unit=unit,
        minimum_value=Decimal(step),
    )


def make_gym(
    *, live=True, kg="40", step="2.5", unit="kg", pem=False, clinic=None
) -> Gym:
    """Return a patient whose programme is about to start."""
    place = clinic or make_clinic()
    tove = make_therapist(place)
    anna = make_patient(place, therapist=tove, pem=pem)
    programmes.load_templates()
    programme = Programme.objects.create(
        clinic=place,
        patient=anna,
        template=ProgrammeTemplate.objects.shipped().get(key="resistance_fm_15w"),
        starts_on=FIRST_DAY,
        weekdays=[0, 3],
        time=time(10),
        enrolled_by=tove,
        enrolled_at=BEFORE,
    )
    PhaseInForce.objects.create(
        clinic=place,
        programme=programme,
        position=1,
        in_force_from=FIRST_DAY,
        reason="first",
        decided_by=tove,
        decided_at=BEFORE,
    )
    PlannedSession.objects.bulk_create(
        PlannedSession(
            clinic=place,
            patient=anna,
            programme=programme,
            number=number,
            starts_at=start_of(number),
            original_starts_at=start_of(number),
        )
        for number in range(1, 31)
    )
    legs, bench = (
        Prescription.objects.create(
            clinic=place,
            programme=programme,
            slot=slug,
            exercise=make_exercise(place, slug, region=region, step=step, unit=unit),
            position=position,
        )
        for position, (slug, region) in enumerate(
            [("leg_press", "legs"), ("bench_press", "chest")], start=1
        )
    )
    gym = Gym(
        clinic=place,
        tove=tove,
        anna=anna,
        legs=legs,
        bench=bench,
        programme=programme,
        unit=unit,
    )
    if live:
        policies.sign_policy(clinic=place, by=tove, now=BEFORE)
    if kg:
        gym.load(kg)
        gym.load(kg, of=bench)
    return gym


def seen(gym: Gym) -> list[dict]:
    """Return every row that progression wrote, but for when."""
    with across_clinics():
        return list(
            LoadProposal.objects.filter(patient=gym.anna).order_by("pk").values()
        )
