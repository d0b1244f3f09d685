"""Templates of a clinic's own: a copy that was edited, version by version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit.services import record
from apps.clinics.models import Clinic, Role
from apps.clinics.permissions import require_role
from apps.common.errors import AlreadyRecordedError, InvalidEntryError
from apps.programmes import queries
from apps.programmes.entry import TemplateEntry
from apps.programmes.models import ProgrammeTemplate
from apps.programmes.plan import TemplatePlan, content_digest

from .templates import columns


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTemplate:
    """The newest version of a key, and whether this call made it."""

    template: ProgrammeTemplate
    is_new: bool


@transaction.atomic
def keep_template(
    *, entry: TemplateEntry, clinic: Clinic, by: Any, now: datetime
) -> KeptTemplate:
    """Store version 1 of a clinic's own template, or the next version of its key.

    Who is enrolled stays on the version they started. Safe to repeat: the content of
    the newest version is not stored again.

    Raises:
        NotAllowedError: The user is not a manager of the clinic.
        AlreadyRecordedError: The key belongs to a shipped template.
        InvalidEntryError: The content breaks a rule, or what is to be copied is not
            there for this clinic.
    """
    require_role(by, clinic.pk, Role.MANAGER, now=now)
    # Two versions at once must not get the same number.
    Clinic.objects.select_for_update(no_key=True).only("pk").get(pk=clinic.pk)
    newest = queries.newest_own_template(clinic_id=clinic.pk, key=entry.key)
    if newest is None:
        _require_not_shipped(entry.key)
    version = newest.version + 1 if newest else 1
    content = _wanted_content(entry, version=version, clinic_id=clinic.pk)
    plan = _checked(content)
    if newest is not None and _says_the_same(newest, content):
        return KeptTemplate(template=newest, is_new=False)
    template = ProgrammeTemplate.objects.create(
        clinic=clinic,
        key=plan.key,
        version=version,
        **columns(plan, content=content),
    )
    record(
        "template.create",
        by=by,
        now=now,
        clinic_id=clinic.pk,
        subject_id=template.public_id,
        detail={
            "key": entry.key,
            "version": version,
            "copy_of": str(entry.copy_of) if entry.copy_of else None,
        },
    )
    return KeptTemplate(template=template, is_new=True)


def _require_not_shipped(key: str) -> None:
    # A clinic that had the key before it was shipped goes on with its own.
    if ProgrammeTemplate.objects.shipped().filter(key=key).exists():
        raise AlreadyRecordedError(
            f"{key} is the key of a shipped template, which cannot be changed. Give "
            "the copy another key.",
            pointer="/key",
        )


def _wanted_content(
    entry: TemplateEntry, *, version: int, clinic_id: int
) -> dict[str, Any]:
    content = entry.content
    if entry.copy_of is not None:
        copied = queries.template_for(clinic_id=clinic_id, name=str(entry.copy_of))
        if copied is None:
            raise InvalidEntryError.at(
                "/copy_of",
                code="not_found",
                detail="There is no such template. GET /programme-templates/ lists "
                "them.",
            )
        content = copied.content if content is None else content
    own = {"key": entry.key, "name": entry.name, "version": version}
    return {**(content or {}), **own}


def _says_the_same(newest: ProgrammeTemplate, content: dict[str, Any]) -> bool:
    return content_digest(content | {"version": newest.version}) == newest.digest


def _checked(content: dict[str, Any]) -> TemplatePlan:
    try:
        return TemplatePlan.parse(content)
    except InvalidEntryError as error:
        raise InvalidEntryError(
            [each | {"pointer": f"/content{each['pointer']}"} for each in error.errors]
        ) from error
