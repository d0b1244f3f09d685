"""Collects what is to be translated, and compiles what was (``make messages``).

Django's own command needs gettext's tools, which a clone need not have. What is
collected: every gettext call of ``apps``, every translate tag of ``templates``,
refusals that services tell a patient, and sentences and names that the core and the
shared exercises bring along.
"""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from apps.clinical import response_words
from apps.clinical.progression import patient_words

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("sv", "de", "zh_Hans")
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
REFUSALS = dict.fromkeys(
    (
        *(
            "NotThereError",
            "NotAllowedError",
            "WrongStateError",
            "AlreadyRecordedError",
        ),
        *("InvitationSpentError",),
    )
)
REFUSING = (
    *("apps/logbook/permissions.py", "apps/logbook/queries.py"),
    *("apps/logbook/services/*.py", "apps/questionnaires/permissions.py"),
    *("apps/questionnaires/services/responses.py",),
    *("apps/clinics/services/invitations.py", "apps/reminders/services/links.py"),
    *("apps/clinics/consents.py",),
)
"""Where services refuse what a patient may ask for, in English (see ``refusals``)."""
EXERCISE = "exercise"
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
TEMPLATE_KINDS = {".html", ".txt"}
VOLATILE = re.compile(
    rb'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid)'
    rb".*\n",
    re.MULTILINE,
)


Found = tuple[str, str | tuple[str, ...], str | None]
"""A place, what stands there, its context."""


def wanted() -> Catalog:
    """Return everything that is to be translated."""
    catalog = Catalog()
    for place, words, context in _found():
        catalog.add(words, locations=[(place, 1)], context=context)
    return catalog


def kept(language: str) -> Catalog:
    """Return what is translated so far."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    # The same sources must give the same bytes on every day.
    catalog.creation_date = catalog.revision_date = SOME_DAY
    return catalog


def po_file(language: str) -> Path:
    """Return where the translations of a language lie."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def mo_file(language: str) -> Path:
    """Return where its compiled form lies."""
    return po_file(language).with_suffix(".mo")


def compiled(catalog: Catalog) -> bytes:
    """Return what Django reads."""
    made = io.BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


def written(catalog: Catalog) -> bytes:
    """Return what people write in, without dates that change at every run."""
    made = io.BytesIO()
    write_po(made, catalog, width=88, omit_header=False, include_lineno=False)
    return VOLATILE.sub(b"", made.getvalue())


def missing(catalog: Catalog) -> list[Message]:
    """Return what has no translation yet."""
    return [each for each in catalog if each.id and not is_translated(each)]


def is_translated(message: Message) -> bool:
    """Tell whether all its forms are."""
    forms = message.string if message.pluralizable else (message.string,)
    return bool(forms) and all(forms)


def update(language: str) -> Catalog:
    """Bring one language up to date: what is new is added empty, what is gone goes."""
    catalog = kept(language)
    catalog.project, catalog.version = "EIHtrack", "1"
    catalog.header_comment, catalog.fuzzy = "", False
    # A guess from a similar sentence would pass for a translation.
    catalog.update(wanted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    po_file(language).parent.mkdir(parents=True, exist_ok=True)
    po_file(language).write_bytes(written(catalog))
    # Read again, because that is what a test will find.
    mo_file(language).write_bytes(compiled(kept(language)))
    return catalog


def _found() -> Iterator[Found]:
    for path in sorted((ROOT / "apps").rglob("*.py")):
        yield from _calls(path, calls=CALLS)
    for pattern in REFUSING:
        for path in sorted(ROOT.glob(pattern)):
            yield from _calls(path, calls=REFUSALS)
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in TEMPLATE_KINDS:
            yield from _tags(path)
    yield from _told_by_the_core()


def _calls(path: Path, *, calls: dict[str, object]) -> Iterator[Found]:
    yield from _extracted(path, path.read_text(encoding="utf-8"), calls=calls)


def _tags(path: Path) -> Iterator[Found]:
    # Blanked-out text keeps its indentation, which means nothing here.
    python = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    bare = "\n".join(line.strip() for line in python.splitlines())
    yield from _extracted(path, bare, calls=CALLS)


def _extracted(path: Path, text: str, *, calls: dict[str, object]) -> Iterator[Found]:
    place = path.relative_to(ROOT).as_posix()
    file = io.BytesIO(text.encode())
    for _line, words, _comments, context in extract("python", file, keywords=calls):
        yield place, words, context


def _told_by_the_core() -> Iterator[Found]:
    for key, words in response_words.TEMPLATES.items():
        if key.startswith("response.patient."):
            yield "apps/clinical/response_words.py", words, None
    for words in patient_words.FOR_PATIENTS.values():
        yield "apps/clinical/progression/patient_words.py", words, None
    for path in sorted((ROOT / "apps/exercises/catalogue").glob("*.json")):
        for exercise in json.loads(path.read_text(encoding="utf-8"))["exercises"]:
            yield path.relative_to(ROOT).as_posix(), exercise["name"], EXERCISE


def main() -> None:
    """Update every catalogue and say what waits for a translation."""
    for language in LANGUAGES:
        left = missing(update(language))
        print(f"{language}: {len(left)} to translate")
        for message in left:
            places = ", ".join(sorted({place for place, _line in message.locations}))
            print(f"  {places}: {message.id!r}")


if __name__ == "__main__":
    main()
