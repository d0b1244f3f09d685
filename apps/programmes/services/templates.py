"""From template files to rows. A version never changes once it is loaded."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from apps.common.errors import InvalidEntryError, ServiceError
from apps.common.tenancy import across_clinics
from apps.programmes.models import ProgrammeTemplate
from apps.programmes.plan import TemplatePlan, content_digest

FOLDER = Path(__file__).parents[1] / "templates_data"


class TemplateChangedError(ServiceError):
    """A template file says something else than the version that is stored."""

    code = "template_changed"
    status = 409
    title = "A template version cannot change."


class TemplateFileError(ServiceError):
    """A template file cannot be read or breaks a rule."""

    code = "template_refused"
    title = "A template file was refused."


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTemplates:
    """How many templates were new and how many were there already."""

    loaded: int
    unchanged: int


@transaction.atomic
def load_templates(*, folder: Path = FOLDER) -> LoadedTemplates:
    """Store every template file of a folder, or none. Safe to repeat.

    Raises:
        TemplateFileError: A file cannot be read or breaks a rule.
        TemplateChangedError: A stored version was edited: patients may be on it.
    """
    loaded = unchanged = 0
    # The app's own role can write inside a clinic's wall only.
    with across_clinics():
        for path in sorted(folder.glob("*.json")):
            if _load(path):
                loaded += 1
            else:
                unchanged += 1
    return LoadedTemplates(loaded=loaded, unchanged=unchanged)


def columns(plan: TemplatePlan, *, content: dict[str, Any]) -> dict[str, Any]:
    """Return what a row says besides clinic, key and version.

    ``content`` is what ``plan`` was read from.
    """
    return {
        "name": plan.name,
        "weeks": plan.weeks,
        "sessions_per_week": plan.sessions_per_week,
        "source": plan.source,
        "content": content,
        "digest": content_digest(content),
    }


def _load(path: Path) -> bool:
    content = _read(path)
    plan = _checked(content, path=path)
    template, created = ProgrammeTemplate.objects.get_or_create(
        clinic=None,
        key=plan.key,
        version=plan.version,
        defaults=columns(plan, content=content),
    )
    if template.digest != content_digest(content):
        raise TemplateChangedError(
            f"{path.name} says something else than {plan.key} version {plan.version} "
            "that is stored, and patients may be on it. Undo the edit, or give the "
            f"file version {plan.version + 1}. Nothing was loaded."
        )
    return created


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TemplateFileError(f"{path.name} is not readable JSON: {error}") from error


def _checked(content: Any, *, path: Path) -> TemplatePlan:
    try:
        return TemplatePlan.parse(content)
    except InvalidEntryError as error:
        faults = "; ".join(
            f"{each['pointer'] or '/'}: {each['detail']}" for each in error.errors
        )
        raise TemplateFileError(f"{path.name} was refused. {faults}") from error
