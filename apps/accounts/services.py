"""Writes owned by accounts: tokens, sign-ins, and how a person is spoken to."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.audit.services import record
from apps.common.errors import InvalidEntryError, NotThereError

from .models import ApiToken, User
from .queries import sign_ins_of, token_hash, tokens_in_force

PREFIX = "eih_"
LONGEST_LIFE = timedelta(days=366)
# As exact as a person needs it, and far from a write a request.
USE_NOTED_EVERY = timedelta(hours=1)
USE_NOTED_AT = "use_noted_at"


@transaction.atomic
def issue_token(
    *,
    user: User,
    name: str,
    scope: str,
    expires_at: datetime,
    now: datetime,
    issued_with: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """Return a new token's row and, this once, its text.

    ``issued_with`` is the token that signed in; a token cannot outlive itself by
    making another.

    Raises:
        InvalidEntryError: It would be expired already, live longer than 366 days or
            longer than the token that makes it.
    """
    latest = now + LONGEST_LIFE
    if issued_with is not None:
        latest = min(latest, issued_with.expires_at)
    if not now < expires_at <= latest:
        raise InvalidEntryError.at(
            "/expires_at",
            code="out_of_range",
            detail=f"A token expires in the future, not after {latest.isoformat()}.",
        )
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        scope=scope,
        token_hash=token_hash(text),
        created_at=now,
        expires_at=expires_at,
    )
    record("token.issue", by=user, now=now, clinic_id=None, subject_id=token.public_id)
    return token, text


@transaction.atomic
def revoke_token(*, token_id: UUID, by: User, now: datetime) -> ApiToken:
    """Revoke one of the person's own tokens. Safe to repeat.

    Raises:
        NotThereError: The person has no such token.
    """
    token = by.tokens.select_for_update().filter(public_id=token_id).first()
    if token is None:
        raise NotThereError("You have no such token.")
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(
            "token.revoke", by=by, now=now, clinic_id=None, subject_id=token.public_id
        )
    return token


@transaction.atomic
def choose_manner(
    *, user: User, language: str, time_zone: str, load_unit: str, now: datetime
) -> list[str]:
    """Keep language, zone and unit of a person, as they chose; return what changed.

    ``load_unit`` is empty where loads are typed as each machine counts. Safe to repeat.
    """
    wanted = {"language": language, "time_zone": time_zone, "load_unit": load_unit}
    user = User.objects.select_for_update().get(pk=user.pk)
    changed = sorted(name for name, to in wanted.items() if getattr(user, name) != to)
    if changed:
        for name in changed:
            setattr(user, name, wanted[name])
        user.save(update_fields=changed)
        record(
            "account.choose",
            by=user,
            now=now,
            clinic_id=None,
            subject_id=user.public_id,
            detail={"fields": changed},
        )
    return changed


def note_use(*, session: SessionBase, now: datetime) -> None:
    """Note that a signed-in browser is in use, once an hour.

    It also starts the session's time anew: a phone in use stays signed in.
    """
    noted_at = session.get(USE_NOTED_AT, 0)
    if now.timestamp() - noted_at < USE_NOTED_EVERY.total_seconds():
        return
    rows = UserSession.objects.filter(session_key=session.session_key)
    rows.update(last_seen_at=now)
    session[USE_NOTED_AT] = now.timestamp()


@transaction.atomic
def end_sign_in(*, sign_in_id: int, by: User, now: datetime) -> None:
    """Sign one browser of the person out.

    Raises:
        NotThereError: The person is not signed in there, or not any more.
    """
    row = sign_ins_of(by, now=now).filter(pk=sign_in_id).first()
    if row is None:
        raise NotThereError("You are not signed in there.")
    _end([row], by=by, now=now)


@transaction.atomic
def end_everything_else(*, session_key: str, by: User, now: datetime) -> None:
    """Sign every browser but this one out, and revoke every token. Safe to repeat."""
    _end(
        list(sign_ins_of(by, now=now).exclude(session_key=session_key)),
        by=by,
        now=now,
    )
    for token in tokens_in_force(by, now=now):
        revoke_token(token_id=token.public_id, by=by, now=now)


def forget_sign_ins(user: User) -> None:
    """Sign an account out everywhere, and forget with what and from where it came.

    Call it for an account that ends. Sessions whose time is over go too.
    """
    rows = UserSession.objects.filter(user=user)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()


def forget_sessions_over(*, now: datetime) -> None:
    """Delete the sessions whose time is over, and where they were. Safe to repeat.

    Also a sign-in that nobody finished holds an address, and no account leads to it.
    """
    Session.objects.filter(expire_date__lte=now).delete()
    there = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(there)).delete()


def _end(rows: list[UserSession], *, by: User, now: datetime) -> None:
    keys = [row.session_key for row in rows]
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    if keys:
        record(
            "sign_in.end",
            by=by,
            now=now,
            clinic_id=None,
            subject_id=by.public_id,
            detail={"count": len(keys)},
        )
