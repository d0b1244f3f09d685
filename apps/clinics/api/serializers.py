"""What the API tells about people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.clinics.models import CareTeamMember, Membership, Patient
from apps.common.shapes import Answer


class ClinicAnswer(Answer):
    """A clinic by name."""

    id: UUID
    name: str


class MembershipAnswer(Answer):
    """One role in one clinic."""

    clinic: ClinicAnswer
    role: str


class OwnRecordAnswer(Answer):
    """A record in which the signed-in person is the patient."""

    id: UUID
    clinic: UUID


class MeAnswer(Answer):
    """Who is signed in, where they work and where they are treated."""

    id: UUID
    email: str
    name: str
    language: str
    time_zone: str
    memberships: list[MembershipAnswer]
    patients: list[OwnRecordAnswer]


class CareMemberAnswer(Answer):
    """A therapist who sees a patient."""

    id: UUID
    name: str
    kind: str
    until: datetime | None


class CareTeamAnswer(Answer):
    """Who sees a patient now."""

    patient: UUID
    care_team: list[CareMemberAnswer]


class InvitationAnswer(Answer):
    """An invitation on its way."""

    id: UUID
    email: str
    role: str


class AcceptedAnswer(Answer):
    """The address with which the person now signs in by code."""

    email: str


def me_answer(
    user: Any, memberships: list[Membership], records: list[Patient]
) -> MeAnswer:
    """Return what a person is told of themself."""
    return MeAnswer(
        id=user.public_id,
        email=user.email,
        name=user.name,
        language=user.language,
        time_zone=user.time_zone,
        memberships=[
            MembershipAnswer(
                clinic=ClinicAnswer(id=each.clinic.public_id, name=each.clinic.name),
                role=each.role,
            )
            for each in memberships
        ],
        patients=[
            OwnRecordAnswer(id=each.public_id, clinic=each.clinic.public_id)
            for each in records
        ],
    )


def care_team_answer(patient: Patient, team: list[CareTeamMember]) -> CareTeamAnswer:
    """Return a care team whose people are loaded."""
    return CareTeamAnswer(
        patient=patient.public_id,
        care_team=[
            CareMemberAnswer(
                id=each.membership.user.public_id,
                name=each.membership.user.name,
                kind=each.kind,
                until=each.active_until,
            )
            for each in team
        ],
    )
