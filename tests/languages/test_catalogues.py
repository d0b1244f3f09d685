"""The catalogues hold every word, and each in full."""

import re
from datetime import datetime
from importlib import import_module

import pytest
from babel.messages.catalog import Message
from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import gettext, to_locale

from . import catalogues

pytestmark = pytest.mark.requirement("I4")
PLACEHOLDERS = re.compile(r"%%\d?|%\(\w+\)[sd]|\{\w+\}|</?\w+>")
EVERY = pytest.mark.parametrize("language", catalogues.LANGUAGES)
# Words of the libraries that a patient's form or sign-in can show.
OF_LIBRARIES = (
    "This field is required.",
    "Enter a whole number.",
    "Enter a number.",
    "Enter a valid date/time.",
    "Enter a valid email address.",
    "Ensure this value is less than or equal to %(limit_value)s.",
    "Ensure this value is greater than or equal to %(limit_value)s.",
    "Select a valid choice. %(value)s is not one of the available choices.",
    "Incorrect code.",
    "Monday",
    "March",
)


@pytest.fixture(scope="module")
def wanted():
    return catalogues.wanted()


def test_each_language_of_the_product_but_english_has_a_catalogue():
    languages = {to_locale(code) for code, _ in settings.LANGUAGES} - {"en"}

    assert languages == set(catalogues.LANGUAGES)


@EVERY
def test_every_word_is_translated_and_nothing_else_is_kept(wanted, language):
    kept = catalogues.kept(language)
    names = {(each.id, each.context) for each in kept if each.id}

    assert names == {(each.id, each.context) for each in wanted if each.id}
    assert [each.id for each in catalogues.missing(kept)] == []
    assert [each.id for each in kept if each.id and each.fuzzy] == []
    assert len(names) > 300


@EVERY
def test_translations_have_the_same_placeholders(language):
    strange = [
        (each.id, each.string)
        for each in catalogues.kept(language)
        if each.id and sorted(places(each.id)) != sorted(places(each.string))
    ]

    assert strange == []


def places(words):
    forms = words if isinstance(words, tuple) else (words,)
    return {found for form in forms for found in PLACEHOLDERS.findall(form)}


@EVERY
def test_compiled_catalogue_is_that_of_its_source(language):
    fresh = catalogues.compiled(catalogues.kept(language))

    assert catalogues.mo_file(language).read_bytes() == fresh


@EVERY
def test_source_lies_as_make_messages_writes_it(language):
    kept = catalogues.kept(language)

    assert catalogues.po_file(language).read_bytes() == catalogues.written(kept)


@EVERY
def test_each_language_speaks_in_its_own_voice(language):
    """German says Sie, Swedish du, Chinese 您; nobody is spoken to in two ways."""
    others = {
        "de": r"\b(?:du|dein|deine|dich|dir)\b",
        "sv": r"\b(?:Ni|Er|Ert|Era)\b",
        "zh_Hans": r"你",
    }[language]

    assert [
        each.string
        for each in catalogues.kept(language)
        if each.id and re.search(others, str(each.string))
    ] == []


@EVERY
@pytest.mark.parametrize("words", OF_LIBRARIES)
def test_words_of_libraries_are_translated_too(language, words):
    with translation.override(language.replace("_", "-").lower()):
        assert gettext(words) != words


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("Monday 2 March, 10:05", "Mon 10:05", "2 Mar 2026", "32.5")),
        ("sv", ("måndag 2 mars kl. 10:05", "mån 10:05", "2 mar 2026", "32,5")),
        ("de", ("Montag, 2. März, 10:05 Uhr", "Mo 10:05", "2. Mär 2026", "32,5")),
        ("zh-hans", ("3月2日 星期一 10:05", "星期一 10:05", "2026年3月2日", "32.5")),
    ],
)
def test_days_and_numbers_are_written_as_the_language_does(language, expected):
    moment = datetime(2026, 3, 2, 10, 5)  # noqa: DTZ001

    with translation.override(language):
        names = ("WEEKDAY_DAY_TIME", "SHORT_WEEKDAY_TIME", "SHORT_DAY_YEAR")
        days = [formats.date_format(moment, f"{name}_FORMAT") for name in names]
        written = (*days, formats.number_format("32.5"))

    assert written == expected


def test_every_language_names_the_same_formats():
    names = {
        code: {
            name
            for name in vars(
                import_module(
                    f"{settings.FORMAT_MODULE_PATH}.{to_locale(code)}.formats"
                )
            )
            if name.isupper()
        }
        for code, _ in settings.LANGUAGES
    }

    assert len(names["en"]) > 5
    assert all(each == names["en"] for each in names.values())


def test_a_word_without_a_translation_is_missing():
    assert not catalogues.is_translated(Message("Session"))
    assert not catalogues.is_translated(Message(("a", "b"), ("ein", "")))
    assert catalogues.is_translated(Message("Session", "Einheit"))
