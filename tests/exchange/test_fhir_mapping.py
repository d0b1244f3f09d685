"""Instruments and forms as FHIR R4 and back: structure, scores, refusals."""

from contextlib import suppress
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyfhircheck import Validator
from pyfhircheck.config import ValidatorConfig

from apps.clinical.questionnaires.answers import ClinicSettings
from apps.clinical.questionnaires.instrument import ItemKind
from apps.clinical.questionnaires.library import (
    shipped_document,
    shipped_instruments,
)
from apps.clinical.questionnaires.parsing import parse_instrument
from apps.clinical.questionnaires.refusals import QuestionnaireDataError
from apps.clinical.questionnaires.scoring import score
from apps.exchange.fhir.instruments import document_of
from apps.exchange.fhir.questionnaires import questionnaire_of
from apps.exchange.fhir.responses import FilledForm, read_response, response_of
from tests.factories.forms import fhir_form, fhir_resource, own_document

pytestmark = pytest.mark.requirement("E4")

SHIPPED = sorted(shipped_instruments())
SOME_ID = UUID("00000000-0000-7000-8000-000000000001")
# Extensions of our own have no profile that the checker could load.
CHECKER = Validator(ValidatorConfig.load_dict({"allow_unknown_extensions": True}))


def exported(key, version):
    return questionnaire_of(shipped_document(key, version), resource_id=SOME_ID)


def faults_of_fhir(resource):
    """Return what the checker finds; a form is held against its questionnaire."""
    if resource.get("resourceType") == "QuestionnaireResponse":
        key, _, version = resource["questionnaire"].rpartition("/")[2].partition("|")
        resource = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {"fullUrl": f"urn:uuid:{uuid4()}", "resource": each}
                for each in (resource, exported(key, int(version)))
            ],
        }
    report = CHECKER.validate_resource(resource)
    return [each.message for each in report.issues if each.severity.value == "error"]


@st.composite
def filled_forms(draw):
    """Return a shipped instrument and answers that lie on its form."""
    instrument = shipped_instruments()[draw(st.sampled_from(SHIPPED))]
    answers = {
        item.code: draw(answer_to(item))
        for item in instrument.items
        if draw(st.integers(0, 9))
    }
    return instrument, answers


def answer_to(item):
    if item.kind == ItemKind.OPTIONS:
        return st.sampled_from([each.code for each in item.options])
    step = item.step or Fraction(1, 4)
    steps = int((item.maximum - item.minimum) / step)
    return st.integers(0, steps).map(
        lambda number: f"{float(item.minimum + number * step):g}"
    )


def form_of(answers, *, completed=True, version=1, void=False):
    return FilledForm(
        response_id=SOME_ID,
        patient_id=SOME_ID,
        version=version,
        answers=answers,
        completed_at=datetime(2026, 3, 6, 12, tzinfo=UTC) if completed else None,
        recorded_at=datetime(2026, 3, 6, 11, tzinfo=UTC),
        is_void=void,
    )


@pytest.mark.parametrize(("key", "version"), SHIPPED)
def test_an_exported_instrument_is_a_valid_questionnaire(key, version):
    assert faults_of_fhir(exported(key, version)) == []


def test_the_checker_finds_what_is_wrong():
    broken = exported("peg", 1) | {"status": "somehow"}

    assert faults_of_fhir(broken) != []


@pytest.mark.parametrize(("key", "version"), SHIPPED)
def test_an_instrument_comes_back_as_it_went_out(key, version):
    read = document_of(exported(key, version))

    assert parse_instrument(read.document) == shipped_instruments()[key, version]
    assert read.left_out == []


@pytest.mark.parametrize(("key", "version"), SHIPPED)
def test_no_word_goes_out_with_a_licensed_instrument(key, version):
    def texts(entries):
        for each in entries:
            yield each.get("text")
            for option in each.get("answerOption", []):
                yield option["valueCoding"].get("display")
            yield from texts(each.get("item", []))

    assert set(texts(exported(key, version)["item"])) == {None}


def test_an_instrument_of_two_lines_is_written_so():
    resource = questionnaire_of(own_document(), resource_id=SOME_ID)

    assert resource["url"] == "https://eihtrack.example/fhir/Questionnaire/our_own"
    assert (resource["version"], resource["name"]) == ("1", "OurOwn")
    (group,) = resource["item"]
    assert (group["linkId"], group["type"]) == ("day-1", "group")
    assert [each["linkId"] for each in group["item"]] == ["a1", "a2"]
    own, *line = group["item"][0]["extension"]
    assert own["extension"] == [
        {"url": "kind", "valueCode": "scale"},
        {"url": "reversed", "valueCode": "no"},
        {"url": "step", "valueDecimal": 1},
    ]
    assert [
        (each["url"].rpartition("/")[2], each["valueInteger"]) for each in line
    ] == [
        ("minValue", 0),
        ("maxValue", 10),
    ]


def test_options_carry_their_code_and_points():
    (group,) = exported("audit", 1)["item"]

    options = [each["valueCoding"] for each in group["item"][8]["answerOption"]]
    assert [
        (each["code"], each["extension"][0]["valueDecimal"]) for each in options
    ] == [
        ("0", 0),
        ("2", 2),
        ("4", 4),
    ]
    assert options[0]["system"] == (
        "https://eihtrack.example/fhir/CodeSystem/audit-options"
    )


@given(filled=filled_forms())
def test_a_form_that_went_out_and_in_has_the_same_scores(filled):
    instrument, answers = filled
    settings = ClinicSettings(
        reversed_items=frozenset() if instrument.undirected_items else None
    )

    resource = response_of(form_of(answers), instrument=instrument)
    copy = parse_instrument(document_of(exported(*_name(instrument))).document)
    read = read_response(resource, instrument=copy)

    assert faults_of_fhir(resource) == []
    before = score(instrument, answers, clinic_settings=settings)
    assert score(copy, read.answers, clinic_settings=settings) == before
    assert read.is_complete


def _name(instrument):
    return instrument.key, instrument.version


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (form_of({"q1": 6}), "completed"),
        (form_of({"q1": 6}, completed=False), "in-progress"),
        (form_of({"q1": 6}, version=2), "amended"),
        (form_of({"q1": 6}, void=True), "entered-in-error"),
        (form_of({}), "completed"),
    ],
)
def test_a_response_says_where_it_stands(form, status):
    resource = response_of(form, instrument=shipped_instruments()["peg", 1])

    assert resource["status"] == status
    assert faults_of_fhir(resource) == []


def test_a_questionnaire_of_another_system_gets_one_sum_of_unknown_direction():
    read = document_of(fhir_resource())

    instrument = parse_instrument(read.document)
    assert (instrument.key, instrument.version) == ("tiredness", 3)
    assert [each.code for each in instrument.items] == ["q1_1", "q1_2"]
    (total,) = instrument.scores
    # "often" is 2 points, the line ends at 10.
    assert (total.minimum, total.maximum, total.direction) == (0, 12, "ask_clinic")
    answers = {"q1_1": "often", "q1_2": 7}
    assert score(instrument, answers).scores[0].value == 9
    assert read.left_out == []


def test_what_only_describes_is_left_out_and_told():
    first, second = fhir_resource()["item"]
    note = {"linkId": "note", "type": "display", "text": "Please answer."}

    read = document_of(
        fhir_resource(
            publisher="Somebody",
            item=[first | {"text": "Tired?", "required": True}, second, note],
        )
    )

    assert sorted(read.left_out) == [
        "/item/0/required",
        "/item/0/text",
        "/item/2",
        "/item/2/text",
        "/publisher",
    ]


@pytest.mark.parametrize("url", [[None], {"a": 1}, None, 7, "https://else.example"])
def test_an_extension_that_is_not_ours_is_left_out_whatever_its_name(url):
    first, second = fhir_resource()["item"]
    extensions = [*first.get("extension", []), {"url": url, "valueInteger": 1}]

    read = document_of(fhir_resource(item=[first | {"extension": extensions}, second]))

    assert read.left_out == [f"/item/0/extension/{len(extensions) - 1}"]


def broken_item(**fields):
    first, second = fhir_resource()["item"]
    return fhir_resource(item=[first, second | fields])


@pytest.mark.parametrize(
    ("resource", "where", "rule"),
    [
        ([], "", "object"),
        (fhir_resource(resourceType="Patient"), "/resourceType", "resource_type"),
        (fhir_resource(version="1.0.0"), "/version", "version"),
        (fhir_resource(url=None), "/url", "no_key"),
        (fhir_resource(title=None), "/title", "text"),
        (fhir_resource(item=[]), "/item", "list"),
        (fhir_resource(modifierExtension=[]), "/modifierExtension", "unknown_field"),
        (broken_item(linkId=None), "/item/1/linkId", "missing_link_id"),
        (broken_item(linkId="..."), "/item/1/linkId", "missing_link_id"),
        (broken_item(linkId="1-1"), "/item", "unique"),
        (broken_item(type=None), "/item/1/type", "missing_type"),
        (broken_item(type="string"), "/item/1/type", "unsupported_type"),
        (broken_item(type="open-choice"), "/item/1/type", "unsupported_type"),
        (broken_item(extension=[]), "/item/1/extension", "no_range"),
        (broken_item(repeats=True), "/item/1/repeats", "repeats"),
        (broken_item(enableWhen=[]), "/item/1/enableWhen", "unknown_field"),
        (
            broken_item(type="choice", answerValueSet="x"),
            "/item/1/answerValueSet",
            "unknown_field",
        ),
        (broken_item(type="choice"), "/item/1/answerOption", "list"),
        (
            broken_item(type="choice", answerOption=[{"valueCoding": {"code": "a b"}}]),
            "/item/1/answerOption/0",
            "no_code",
        ),
        (broken_item(item=[{}]), "/item/1", "nested_too_deep"),
        (
            broken_item(
                type="group", item=[{"linkId": "2", "type": "group", "item": [{}]}]
            ),
            "/item/1/item/0",
            "nested_too_deep",
        ),
        (
            fhir_resource(
                item=[
                    {
                        "linkId": "1",
                        "type": "choice",
                        "answerOption": [{"valueCoding": {"code": "a"}}],
                    }
                ]
            ),
            "/item",
            "no_points",
        ),
    ],
)
def test_a_questionnaire_that_cannot_be_carried_is_refused(resource, where, rule):
    with pytest.raises(QuestionnaireDataError) as refusal:
        document_of(resource)

    (fault,) = refusal.value.refusals
    assert (fault.where, fault.rule) == (where, rule)


def broken_form(**fields):
    return fhir_form(completed="2026-03-06T12:00:00Z", **fields)


def answering(link_id, *answers):
    return broken_form(item=[{"linkId": link_id, "answer": list(answers)}])


ONE = {"valueInteger": 1}


@pytest.mark.parametrize(
    ("resource", "where", "rule"),
    [
        (broken_form(resourceType="Patient"), "/resourceType", "resource_type"),
        (broken_form(status="stopped"), "/status", "status"),
        (broken_form(status=["completed"]), "/status", "status"),
        (
            broken_form(questionnaire="urn:other"),
            "/questionnaire",
            "another_instrument",
        ),
        (broken_form(subject={"display": "She"}), "/subject", "reference"),
        (broken_form(contained=[]), "/contained", "unknown_field"),
        (answering("q9", ONE), "/item/0/linkId", "unknown_item"),
        (answering("q1", ONE, ONE), "/item/0/answer/1", "repeats"),
        (
            answering("q1", {"valueString": "1"}),
            "/item/0/answer/0/valueString",
            "unknown_field",
        ),
        (answering("q1", {"valueInteger": "1"}), "/item/0/answer/0", "number"),
        (answering("q1", {"valueCoding": {"code": "1"}}), "/item/0/answer/0", "number"),
        (answering("q1"), "/item/0/answer", "list"),
        (
            broken_form(item=[{"linkId": "q1", "answer": [ONE]}] * 2),
            "/item/1",
            "twice",
        ),
        (
            broken_form(
                item=[{"linkId": "g", "item": [{"linkId": "h", "item": [{}]}]}]
            ),
            "/item/0/item/0",
            "nested_too_deep",
        ),
    ],
)
def test_a_form_that_cannot_be_carried_is_refused(resource, where, rule):
    with pytest.raises(QuestionnaireDataError) as refusal:
        read_response(resource, instrument=shipped_instruments()["peg", 1])

    (fault,) = refusal.value.refusals
    assert (fault.where, fault.rule) == (where, rule)


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "resourceType",
                        "item",
                        "linkId",
                        "type",
                        "answerOption",
                        "extension",
                        "valueCoding",
                        "code",
                        "url",
                        "version",
                        "status",
                        "answer",
                        "subject",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    ),
    place=st.sampled_from(
        ["item", "extension", "url", "version", "title", "copyright"]
    ),
)
def test_hostile_resources_are_refused_and_never_crash(value, place):
    for read in (
        lambda: parse_instrument(document_of(fhir_resource(**{place: value})).document),
        lambda: document_of(value),
        lambda: read_response(
            broken_form(item=value), instrument=shipped_instruments()["peg", 1]
        ),
        lambda: read_response(value, instrument=shipped_instruments()["peg", 1]),
    ):
        with suppress(QuestionnaireDataError):
            read()
