"""Everything about a patient is in the copy of their data (A7)."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from pyfhircheck import Validator
from pyfhircheck.config import ValidatorConfig

from apps.accounts.models import User
from apps.clinics.models import Invitation, Patient
from apps.common.privacy import Privacy
from apps.exchange.takeout.archive import archive_of
from apps.exchange.takeout.kinds import EVERYWHERE, KINDS, LEFT_OUT
from apps.exchange.takeout.rows import TOLD_BY, queryset
from apps.messaging.services import queue_mail
from tests.contracts.scene import NAME, NOW
from tests.walls.ledger import rolled_back

pytestmark = pytest.mark.requirement("A7")

MODELS = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
CHECKER = Validator(ValidatorConfig.load_dict({"allow_unknown_extensions": True}))
BY_MODEL = {kind.model: kind for kind in KINDS}


def leads_to_patient(model, seen=frozenset()):
    """Say whether a chain of links leads from a table to patients."""
    return model is Patient or any(
        leads_to_patient(each.related_model, seen | {model})
        for each in model._meta.concrete_fields
        if isinstance(each, ForeignKey) and each.related_model not in seen | {model}
    )


ABOUT_PEOPLE = {
    model._meta.label
    for model in MODELS
    if model.privacy in (Privacy.PERSONAL, Privacy.HEALTH) or leads_to_patient(model)
}


def test_every_table_about_people_is_in_the_copy_or_says_why_not():
    assert BY_MODEL.keys() & LEFT_OUT.keys() == set()
    assert BY_MODEL.keys() | LEFT_OUT.keys() == ABOUT_PEOPLE


def test_what_is_left_out_of_a_table_is_there_to_be_left_out():
    known = {
        kind.model: {each.name for each in apps.get_model(kind.model)._meta.fields}
        for kind in KINDS
    }

    assert {
        kind.model: set(kind.without) - known[kind.model]
        for kind in KINDS
        if set(kind.without) - known[kind.model]
    } == {}
    assert set(EVERYWHERE) <= set().union(*known.values())


def test_every_file_has_its_own_name():
    assert len({kind.file for kind in KINDS}) == len(KINDS)


def test_every_link_is_told_by_something_that_a_reader_can_follow():
    """Keys of the database say nothing to anybody."""
    blind = set()
    before = set()
    for kind in KINDS:
        model = apps.get_model(kind.model)
        before.add(kind.model)
        for column in model._meta.concrete_fields:
            if not isinstance(column, ForeignKey) or column.name in EVERYWHERE:
                continue
            target = column.related_model
            named = {each.name for each in target._meta.fields} & {"public_id"}
            label = target._meta.label
            if target is not User and label not in TOLD_BY and not named:
                blind |= (
                    {f"{kind.model}.{column.name}"} if label not in before else set()
                )

    assert blind == set()


NEVER_HAD = {"clinics.Invitation"}
"""Tables of which the scene's patient has no row; tested by itself below."""


@pytest.fixture
def patient(scene):
    """Yield a patient of whom there is something in every table."""
    with rolled_back():
        yield Patient.objects.select_related("clinic").get(
            public_id=scene.others["fellow"]["patient_id"]
        )


def read(content):
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows_in(files, file):
    return json.loads(files[f"data/{file}.json"])["rows"]


def test_the_copy_has_every_row_of_the_patient_and_nobody_elses(scene, patient):
    files = read(archive_of(patient, now=NOW))

    found = {kind.model: len(rows_in(files, kind.file)) for kind in KINDS}
    stored = {kind.model: queryset(kind, patient).count() for kind in KINDS}
    assert found == stored
    assert {model for model, count in found.items() if not count} == NEVER_HAD
    everything = "".join(files.values())
    foreign = [scene.ids, scene.others["stranger"]]
    shared = {"clinic_id", "exercise_id", "template_id", "policy_id", "user_id"}
    shared |= {"instrument_id", "wording_id", "change_id"}
    for ids in foreign:
        for name, each in ids.items():
            if name not in shared:
                assert str(each) not in everything, name
    assert NAME not in everything


def test_rows_hang_together_and_people_have_names(patient):
    files = read(archive_of(patient, now=NOW))

    (session,) = rows_in(files, "sessions")
    (exercise,) = rows_in(files, "session-exercises")
    (done,) = rows_in(files, "sets")
    check_ins = rows_in(files, "check-ins")
    assert exercise["session"] == session["id"]
    assert exercise["exercise"] == "Leg press"
    assert done["exercise_entry"] == exercise["row"] == 1
    assert (done["reps"], done["load_value"], done["load_unit"]) == (15, "30.000", "kg")
    assert {each["session"] for each in check_ins} == {session["id"]}
    therapist = User.objects.get(name=session["entered_by"])
    assert therapist.pk != patient.user_id
    assert [each["entered_by"] for each in check_ins if each["moment"] == "h24"] == [
        "you"
    ]
    assert rows_in(files, "care-team")[0]["membership"] == therapist.name


def test_no_secret_and_no_key_of_the_database_is_in_the_copy(patient):
    files = read(archive_of(patient, now=NOW))

    (account,) = rows_in(files, "account")
    assert account["email"] == patient.user.email
    assert "password" not in account
    everything = "".join(files.values())
    assert "token_hash" not in everything
    assert patient.user.password not in everything
    for kind in KINDS:
        for row in rows_in(files, kind.file):
            assert not isinstance(row.get("id"), int), kind.model


def test_letters_and_mails_to_the_patient_are_in_their_copy(patient):
    Invitation.objects.create(
        clinic=patient.clinic,
        email=patient.email,
        name="Letter",
        patient_id=patient.pk,
        token_hash="0" * 64,
        invited_by=patient.user,
        invited_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    for address in (patient.email.upper(), "therapist@test.example"):
        queue_mail(
            "alert",
            to=address,
            language="en",
            context={"clinic": f"of {address}"},
            reason_key=f"takeout:{address}",
            now=NOW,
            clinic_id=patient.clinic_id,
            patient_id=patient.pk,
        )

    files = read(archive_of(patient, now=NOW))

    assert [each["name"] for each in rows_in(files, "invitations")] == ["Letter"]
    assert [each["to_address"] for each in rows_in(files, "mails")] == [
        patient.email,
        patient.email.upper(),
    ]


def test_the_words_to_read_first_name_every_file_that_has_something(patient):
    files = read(archive_of(patient, now=NOW))

    words = files["read-me.txt"]
    assert patient.full_name in words
    assert "6 March 2026, 13:00" in words
    for kind in KINDS:
        assert f"data/{kind.file}.json" in words
    listed = words.partition("Of these there is nothing")[0]
    assert "data/sessions.json (1)" in listed
    assert "data/invitations.json" not in listed


def test_the_bundle_is_valid_and_holds_the_person_and_their_forms(patient):
    bundle = json.loads(read(archive_of(patient, now=NOW))["fhir/bundle.json"])

    (person, *forms) = [each["resource"] for each in bundle["entry"]]
    assert (person["resourceType"], person["id"]) == (
        "Patient",
        str(patient.public_id),
    )
    assert [each["resourceType"] for each in forms] == ["QuestionnaireResponse"]
    assert forms[0]["subject"]["reference"] == f"Patient/{patient.public_id}"
    faults = {
        each.code
        for each in CHECKER.validate_resource(bundle).issues
        if each.severity.value == "error"
    }
    # Instruments are no data of a person, so theirs is not in the bundle.
    assert faults <= {"questionnaire.unresolved"}
