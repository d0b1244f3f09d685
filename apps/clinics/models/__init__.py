"""Clinics, who works there, who is treated there, and who may see whom."""

from .people import (
    CareKind,
    CareTeamMember,
    CareTeamMemberQuerySet,
    Clinic,
    Condition,
    Invitation,
    Membership,
    MembershipQuerySet,
    Patient,
    PatientQuerySet,
    PatientStatus,
    Role,
    Sex,
)
from .snapshots import RecordKind, Snapshot, SnapshotQuerySet

__all__ = [
    "CareKind",
    "CareTeamMember",
    "CareTeamMemberQuerySet",
    "Clinic",
    "Condition",
    "Invitation",
    "Membership",
    "MembershipQuerySet",
    "Patient",
    "PatientQuerySet",
    "PatientStatus",
    "RecordKind",
    "Role",
    "Sex",
    "Snapshot",
    "SnapshotQuerySet",
]
