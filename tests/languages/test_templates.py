"""What a template shows is never outside of its translate tags."""

import re
from html.parser import HTMLParser

import pytest

from . import catalogues

pytestmark = pytest.mark.requirement("I4")
TEMPLATES = catalogues.ROOT / "templates"
# Demo and documentation speak English, staff's mails are read by colleagues.
NOT_FOR_PATIENTS = (
    *("demo/", "drf_spectacular/", "emails/alert/", "emails/chart_opened/"),
    *("emails/escalation/", "emails/retest_due/", "emails/consent_withdrawn/"),
    *("emails/erasure_waits/",),
)
ALL = sorted(
    path.relative_to(TEMPLATES).as_posix()
    for path in TEMPLATES.rglob("*")
    if path.suffix in catalogues.TEMPLATE_KINDS
)
OURS = [name for name in ALL if not name.startswith(NOT_FOR_PATIENTS)]
NAMES = {"EIHtrack"}
SHOWN = {"alt", "aria-label", "aria-description", "placeholder", "title"}
TRANSLATED = re.compile(
    r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    # Attributes stand in blocks of their own; an address is not told.
    r"|(?<=}})/[\w/-]+"
    r"|{%\s*block (?:body|after)\s*%}.*?{%\s*endblock\s*%}"
    r"|{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
LETTERS = re.compile(r"[^\W\d_]{2,}")
DATE = re.compile(r"date:(\"[^\"]*\"|'[^']*')")
ANSWERED_BY_BROWSERS = {"c", "Y-m-d"}
WORDS_IN_SCRIPT = re.compile(r"""["'`]([A-Z][a-z]+(?: [a-z%$]+)+[^"'`]*)["'`]""")


class Shown(HTMLParser):
    """Collects the text of a page, and of the attributes that are read aloud."""

    def __init__(self):
        super().__init__()
        self.texts = []
        self.inside = []

    def handle_starttag(self, tag, attrs):
        self.texts += [value for name, value in attrs if name in SHOWN and value]
        if tag in ("script", "style"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.texts.append(data)


def words_outside(source):
    """Return the words that stand there in one language only."""
    reader = Shown()
    reader.feed(TRANSLATED.sub(" ", source))
    found = {word for text in reader.texts for word in LETTERS.findall(text)}
    return sorted(found - NAMES)


@pytest.mark.parametrize("name", OURS)
def test_template_says_nothing_outside_of_translate_tags(name):
    assert words_outside((TEMPLATES / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<h1>Session</h1>", ["Session"]),
        ('<h1>{% translate "Session" %}</h1>', []),
        ('<button aria-label="Less">&minus;</button>', ["Less"]),
        ("{{ count }} min", ["min"]),
        ("{% blocktranslate %}{{ count }} min{% endblocktranslate %}", []),
        ("<p>{# why #}EIHtrack &times;</p><script>let word</script>", []),
    ],
)
def test_a_word_outside_is_seen(source, words):
    assert words_outside(source) == words


@pytest.mark.parametrize("name", OURS)
def test_days_in_templates_have_the_format_of_the_language(name):
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    given = {found.strip("\"'") for found in DATE.findall(source)}

    assert {
        each for each in given - ANSWERED_BY_BROWSERS if not each.isupper()
    } == set()


def test_scripts_say_nothing_by_themselves():
    folder = catalogues.ROOT / "apps" / "patient_app" / "static" / "patient_app"
    scripts = [*folder.glob("*.js"), TEMPLATES / "patient_app" / "service_worker.js"]
    said = {
        words
        for path in scripts
        for words in WORDS_IN_SCRIPT.findall(path.read_text(encoding="utf-8"))
    }

    assert len(scripts) > 4
    assert said == set()


def test_a_sentence_in_a_script_is_seen():
    assert WORDS_IN_SCRIPT.findall('show("Saved on this phone");') == [
        "Saved on this phone"
    ]


def test_every_form_of_words_that_is_left_out_of_this_exists():
    for start in NOT_FOR_PATIENTS:
        assert any(name.startswith(start) for name in ALL), start
