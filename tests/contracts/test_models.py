"""What every table promises."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import CheckConstraint, ForeignKey

from apps.common.privacy import Privacy

MODELS = [model for model in apps.get_models() if model.__module__.startswith("apps.")]

OUTSIDE_THE_WALL = {
    "clinics.Membership": "sign-in must find the clinics of a person",
    "clinics.Invitation": "a signed-out person accepts; it tells nothing of a patient",
    "reminders.CheckInLink": "a signed-out person answers; plain ids and a hash",
}
"""Tables with a clinic that need no row-level security, and why."""

READ_BY_NOBODY = {
    "logbook.JudgementDue": "the machine's list of what to judge; it tells nothing",
    "clinics.ProposalDue": "the machine's list of whose loads to propose",
    "programmes.AdherenceDue": "the machine's list of what to compute",
}
"""Patient-bound models without ``visible_to``, and why."""

UNSIGNED_TIMES = {
    "logbook.DiaryRating.imported_at": "a command imports too, which is nobody",
}
"""Times whose person may be missing, and why."""


def label(model) -> str:
    return model._meta.label


def fields(model, kind):
    return [each for each in model._meta.get_fields() if isinstance(each, kind)]


def leads_to_patient(model) -> bool:
    return any(
        each.related_model._meta.label == "clinics.Patient"
        for each in fields(model, ForeignKey)
    )


PATIENT_BOUND = [model for model in MODELS if leads_to_patient(model)]
WITH_CLINIC = [
    model
    for model in MODELS
    if any(each.attname == "clinic_id" for each in model._meta.concrete_fields)
]


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_every_model_says_how_private_it_is(model):
    assert isinstance(model.__dict__.get("privacy"), Privacy)


@pytest.mark.requirement("A2")
@pytest.mark.parametrize(
    "model",
    [*PATIENT_BOUND, apps.get_model("clinics.Patient")],
    ids=label,
)
def test_every_patient_bound_model_knows_to_whom_it_is_visible(model):
    if label(model) in READ_BY_NOBODY:
        assert not hasattr(model.objects, "visible_to")
        return
    assert callable(getattr(model.objects, "visible_to", None))


@pytest.mark.requirement("A1")
@pytest.mark.parametrize("model", PATIENT_BOUND, ids=label)
def test_every_patient_bound_row_carries_its_clinic(model):
    assert model in WITH_CLINIC


@pytest.mark.requirement("A1")
@pytest.mark.django_db
@pytest.mark.parametrize("model", WITH_CLINIC, ids=label)
def test_every_table_with_a_clinic_stands_inside_the_wall(model):
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", [table]
        )
        (is_walled,) = cursor.fetchone()
        cursor.execute(
            "SELECT policyname, roles::text, cmd, qual, with_check "
            "FROM pg_policies WHERE tablename = %s ORDER BY policyname",
            [table],
        )
        policies = cursor.fetchall()

    if label(model) in OUTSIDE_THE_WALL:
        assert not is_walled
        return
    assert is_walled
    own, sweep = policies
    assert own[:3] == (f"{table}_own_clinics", "{eihtrack_app}", "ALL")
    assert "entered_clinic_ids" in own[3]
    assert "entered_clinic_ids" in own[4]
    assert sweep == (f"{table}_sweep", "{eihtrack_sweep}", "ALL", "true", "true")


def test_tables_outside_the_wall_tell_nothing_of_a_patient():
    outside = [each for each in WITH_CLINIC if label(each) in OUTSIDE_THE_WALL]

    assert {label(each) for each in outside} == set(OUTSIDE_THE_WALL)
    assert [label(each) for each in outside if each.privacy == Privacy.HEALTH] == []
    assert [label(each) for each in outside if each in PATIENT_BOUND] == []


@pytest.mark.requirement("A1")
@pytest.mark.django_db
def test_no_table_with_a_clinic_column_escapes_the_list():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name = 'clinic_id'"
        )
        tables = {name for (name,) in cursor.fetchall()}

    # Tables of a many-to-many relation have no model of their own and no clinic.
    assert tables == {model._meta.db_table for model in WITH_CLINIC}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model", [each for each in MODELS if each.privacy == Privacy.HEALTH], ids=label
)
def test_rows_about_health_stand_inside_the_wall(model):
    assert model in WITH_CLINIC
    assert label(model) not in OUTSIDE_THE_WALL


def times() -> list[tuple[type[models.Model], str]]:
    """Return each ``<act>_at`` that has an ``<act>_by`` beside it."""
    found = []
    for model in MODELS:
        columns = {each.name: each for each in model._meta.concrete_fields}
        found.extend(
            (model, name)
            for name in sorted(columns)
            if name.endswith("_at") and f"{name[:-3]}_by" in columns
        )
    return found


@pytest.mark.parametrize(
    ("model", "at"),
    times(),
    ids=lambda value: value._meta.label if isinstance(value, type) else value,
)
def test_who_and_when_stand_together(model, at):
    by = f"{at[:-3]}_by"
    if f"{label(model)}.{at}" in UNSIGNED_TIMES:
        return
    if not model._meta.get_field(at).null and not model._meta.get_field(by).null:
        return
    checks = [
        str(each.condition)
        for each in model._meta.constraints
        if isinstance(each, CheckConstraint)
    ]
    assert [text for text in checks if at in text and by in text]


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_every_constraint_has_a_name_that_starts_with_its_app(model):
    wrong = [
        each.name
        for each in model._meta.constraints
        if not each.name.startswith(f"{model._meta.app_label}_")
    ]

    assert wrong == []


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_models_have_no_surprises(model):
    assert "save" not in model.__dict__
    assert "delete" not in model.__dict__
    assert not model._meta.ordering
    cascades = [
        each.name
        for each in fields(model, ForeignKey)
        if each.remote_field.on_delete is models.CASCADE
    ]
    assert cascades == []


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_a_row_does_not_name_a_person(model):
    assert "__str__" in model.__dict__
    columns = {each.name: "Wilhelmina" for each in fields(model, models.CharField)}
    columns |= {
        each.name: "w@test.example" for each in fields(model, models.EmailField)
    }
    named = {
        name: value
        for name, value in columns.items()
        if name in ("name", "given_name", "family_name", "email", "to_address")
    }
    if model.privacy in (Privacy.PUBLIC, Privacy.OPERATIONAL):
        return

    assert "Wilhelmina" not in str(model(**named))
    assert "test.example" not in str(model(**named))


ACTS_WITHOUT_A_PERSON = {
    "accounts.ApiToken.revoked_at": "only its owner revokes a token",
    "adherence.CourseOutcome.changes_at": "when time moves the figures",
    "exchange.DataExport.made_at": "the machine's act",
    "exchange.DataExport.expires_at": "a time to come, not an act",
    "exchange.ErasureRequest.erased_at": "the machine's act",
    "flares.Verdict.superseded_at": "a newer verdict of the machine",
    "inbox.Alert.closed_itself_at": "the rule ended it; a person's end is resolved_at",
    "inbox.Alert.escalates_at": "a time to come, not an act",
    "inbox.Alert.escalated_at": "the machine's act",
    "logbook.DiaryRating.stamped_at": "what an old diary says, not an act here",
    "messaging.OutboxMail.sent_at": "the machine's act",
    "questionnaires.Questionnaire.cancelled_at": "the sweep's act: no schedule asks",
    "progression.LoadProposal.superseded_at": "what the table says now",
    "reminders.CheckInLink.used_at": "whoever holds the letter",
    "questionnaires.QuestionnaireResponse.started_at": "whoever entered it",
    "questionnaires.QuestionnaireResponse.completed_at": "whoever entered it",
}
"""Acts that may or may not have happened, without a ``_by``, and why."""


def test_every_act_that_may_have_happened_says_who_did_it():
    unsigned = set()
    for model in MODELS:
        columns = {each.name: each for each in model._meta.concrete_fields}
        unsigned |= {
            f"{label(model)}.{name}"
            for name, column in columns.items()
            if name.endswith("_at") and column.null and f"{name[:-3]}_by" not in columns
        }

    assert unsigned == set(ACTS_WITHOUT_A_PERSON)
