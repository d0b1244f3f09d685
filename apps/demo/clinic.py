"""The demo clinic, made through the services that the API uses."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.clinics.entry import ClinicEntry
from apps.clinics.models import Clinic, Membership, Role
from apps.common import tenancy
from apps.flares.policies import sign_policy
from apps.messaging.models import MailState, OutboxMail
from apps.overview.services import furnish_clinic
from apps.programmes.services import mark_missed

from .casebook import CASES, OTHER_CASES, Case
from .course import Course
from .people import ACCOUNTS, CLINIC, OTHER_CLINIC

OPENED_AGO = timedelta(days=420)
# A mail of a demo's past would only confuse: those of the last days are sent.
MAILS_KEPT = timedelta(days=2)
WORDS = {
    "en": {
        "general": "In an emergency call 112. The clinic answers at 555-0100.",
        "crisis": "If you think of harming yourself, call 112 now.",
    },
    "sv": {
        "general": "Ring 112 vid fara för liv. Mottagningen: 555-0100.",
        "crisis": "Om du tänker på att skada dig själv, ring 112 nu.",
    },
    "de": {
        "general": "Im Notfall 112 anrufen. Die Klinik: 555-0100.",
        "crisis": "Wenn Sie daran denken, sich etwas anzutun, rufen Sie jetzt 112 an.",
    },
    "zh-hans": {
        "general": "紧急情况请拨打 112。诊所电话：555-0100。",
        "crisis": "如果您有伤害自己的想法，请立即拨打 112。",
    },
}
Say = Callable[[str], Any]


@transaction.atomic
def make_demo(*, now: datetime, seed: int, say: Say, with_patients: bool = True) -> str:
    """Make both clinics with their people, once; return what was done.

    All or nothing: a run that is interrupted leaves nothing behind. ``seed`` decides
    everything that is drawn; the dates hang on ``now``.
    """
    if Clinic.objects.filter(name=CLINIC).exists():
        return "The demo clinic is there already."
    users = {each.email: _user(each.email, each.name) for each in ACCOUNTS}
    tove, stig = users["tove@demo.example"], users["stig@demo.example"]
    maria = users["maria@demo.example"]
    opened_at = now - OPENED_AGO
    first = _clinic(CLINIC, opened_at=opened_at)
    second = _clinic(OTHER_CLINIC, opened_at=opened_at)
    tenancy.enter_clinics([first.pk, second.pk])
    _join(tove, first, Role.THERAPIST, at=opened_at)
    _join(maria, first, Role.MANAGER, at=opened_at)
    _join(users["assessor@demo.example"], first, Role.ASSESSOR, at=opened_at)
    _join(stig, second, Role.THERAPIST, at=opened_at)
    for clinic, by in ((first, maria), (second, stig)):
        sign_policy(clinic=clinic, by=by, now=opened_at)
    if not with_patients:
        return "Made both clinics without patients."
    _treat(CASES, clinic=first, by=tove, seed=seed, now=now, say=say)
    _treat(OTHER_CASES, clinic=second, by=stig, seed=seed + 100, now=now, say=say)
    mark_missed(now=now)
    _forget_old_mail(now=now)
    return f"Made {len(CASES)} patients in {CLINIC}, {len(OTHER_CASES)} in the other."


def _treat(
    cases: tuple[Case, ...],
    *,
    clinic: Clinic,
    by: User,
    seed: int,
    now: datetime,
    say: Say,
) -> None:
    for number, case in enumerate(cases):
        Course(case, clinic=clinic, therapist=by, seed=seed + number, now=now).run()
        say(f"  {case.given_name} {case.family_name}")


def _user(email: str, name: str) -> User:
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(
        email, name=name, time_zone="Europe/Stockholm"
    )


def _clinic(name: str, *, opened_at: datetime) -> Clinic:
    entry = ClinicEntry.parse(
        {
            "name": name,
            "time_zone": "Europe/Stockholm",
            "language": "sv",
            "emergency_words": WORDS,
        }
    )
    clinic = furnish_clinic(entry=entry, now=opened_at)
    # No quiet hours: whoever tries the demo at night wants to see the mail.
    clinic.quiet_from = clinic.quiet_until = time()
    clinic.save(update_fields=["quiet_from", "quiet_until"])
    return clinic


def _join(user: User, clinic: Clinic, role: Role, *, at: datetime) -> None:
    Membership.objects.create(user=user, clinic=clinic, role=role, active_from=at)


def _forget_old_mail(*, now: datetime) -> None:
    OutboxMail.objects.filter(
        state=MailState.PENDING, created_at__lt=now - MAILS_KEPT
    ).update(
        state=MailState.SUPPRESSED,
        suppressed_reason="Older than the demo itself.",
        # Invitations hold a secret.
        body_text="",
        body_html="",
    )
