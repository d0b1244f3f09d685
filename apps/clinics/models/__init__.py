"""Clinics, who works there, who is treated there, and who may see whom."""

from .consent import (
    ConsentDecision,
    ConsentDecisionQuerySet,
    ConsentText,
    Decision,
    Purpose,
)
from .due import ProposalDue
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
    "ConsentDecision",
    "ConsentDecisionQuerySet",
    "ConsentText",
    "Decision",
    "Invitation",
    "Membership",
    "MembershipQuerySet",
    "Patient",
    "PatientQuerySet",
    "PatientStatus",
    "ProposalDue",
    "Purpose",
    "RecordKind",
    "Role",
    "Sex",
    "Snapshot",
    "SnapshotQuerySet",
]
