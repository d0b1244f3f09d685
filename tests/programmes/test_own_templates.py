"""A clinic copies a template, edits it, and nobody's programme changes under them."""

import pytest
from django.db import DatabaseError, transaction

from apps.audit.models import AuditEvent
from apps.common.tenancy import in_clinic
from apps.programmes import queries, services
from apps.programmes.entry import TemplateEntry
from apps.programmes.models import Programme, ProgrammeTemplate
from tests.factories.people import (
    api_client,
    make_assessor,
    make_clinic,
    make_manager,
)
from tests.factories.training import NOW, enrolment_body, with_catalogue

from .conftest import make_gym

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B2")]

PATH = "/api/v1/programme-templates/"


@pytest.fixture(autouse=True)
def _february(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def manager(gym):
    """Return the manager of the gym, where the shipped templates are loaded."""
    services.load_templates()
    with_catalogue(gym.clinic)
    return make_manager(gym.clinic)


def shipped(key="resistance_fm_15w"):
    return ProgrammeTemplate.objects.get(clinic=None, key=key)


def copied(**fields):
    values = {
        "copy_of": str(shipped().public_id),
        "key": "our_strength",
        "name": "Our strength",
    }
    return values | fields


def edited(percent):
    """Return the trial's content with another load in the first phase."""
    content = shipped().content
    content["phases"][0]["percent_1rm"] = percent
    return content


def post(user, **fields):
    return api_client(user).post(PATH, copied(**fields), format="json")


def enrol(gym, **fields):
    return api_client(gym.therapist).post(
        "/api/v1/programmes/", enrolment_body(gym.patient, **fields), format="json"
    )


def first_percent(template):
    return template["content"]["phases"][0]["percent_1rm"]


def test_a_copy_becomes_version_1_of_the_clinics_own_template(gym, manager):
    answer = post(manager)

    body = answer.json()
    assert answer.status_code == 201
    assert body["clinic"] == str(gym.clinic.public_id)
    assert (body["key"], body["version"], body["name"]) == (
        "our_strength",
        1,
        "Our strength",
    )
    assert (body["weeks"], body["sessions_per_week"]) == (15, 2)
    assert body["content"] == shipped().content | {
        "key": "our_strength",
        "name": "Our strength",
        "version": 1,
    }
    [event] = AuditEvent.objects.filter(action="template.create")
    assert (event.actor_id, event.clinic_id) == (manager.pk, gym.clinic.pk)
    assert event.detail == {
        "key": "our_strength",
        "version": 1,
        "copy_of": str(shipped().public_id),
    }


def test_a_template_can_be_written_without_copying(manager):
    answer = post(manager, copy_of=None, content=edited(45))

    assert answer.status_code == 201
    assert first_percent(answer.json()) == 45


def test_an_own_key_gets_its_next_version_and_the_first_stays(manager):
    first = post(manager).json()

    second = post(manager, content=edited(45)).json()

    assert (second["version"], first_percent(second)) == (2, 45)
    again = api_client(manager).get(f"{PATH}{first['id']}/").json()
    assert again == first
    assert first_percent(again) == 40


def test_the_same_content_again_is_no_new_version(manager):
    first = post(manager, content=edited(45))

    again = post(manager, content=edited(45), copy_of=None)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert AuditEvent.objects.filter(action="template.create").count() == 1


@pytest.mark.parametrize("key", ["resistance_fm_15w", "hiit"])
def test_a_shipped_key_is_refused(manager, key):
    answer = post(manager, key=key)

    assert answer.status_code == 409
    assert answer.json()["code"] == "already_recorded"
    assert answer.json()["errors"][0]["pointer"] == "/key"
    assert not ProgrammeTemplate.objects.filter(clinic__isnull=False).exists()


def test_a_clinic_that_had_the_key_before_it_was_shipped_goes_on_with_its_own(
    gym, manager
):
    content = shipped().content | {"key": "hiit"}
    plan = queries.template_for(clinic_id=gym.clinic.pk, name="hiit")
    ProgrammeTemplate.objects.create(
        clinic=gym.clinic,
        key="hiit",
        version=1,
        name="Ours",
        weeks=15,
        sessions_per_week=2,
        source="ours",
        content=content,
        digest="0" * 64,
    )

    answer = post(manager, key="hiit")

    assert plan.clinic is None
    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    named = queries.template_for(clinic_id=gym.clinic.pk, name="hiit")
    assert (named.clinic, named.version) == (gym.clinic, 2)


def broken_percent(content):
    content["phases"][0]["percent_1rm"] = 101


def typing_error(content):
    content["wekks"] = content.pop("weeks")


def missing_mark(content):
    del content["phases"][0]["marks"]["percent_1rm"]


def half_a_load(content):
    content["weeks"] = 15.5


def unknown_slot_region(content):
    content["slots"][2]["region"] = "tail"


@pytest.mark.parametrize(
    ("spoil", "pointer"),
    [
        (broken_percent, "/content/phases/0/percent_1rm"),
        (typing_error, "/content/wekks"),
        (missing_mark, "/content/phases/0"),
        (half_a_load, "/content/weeks"),
        (unknown_slot_region, "/content/slots/2/region"),
    ],
)
def test_content_that_breaks_a_rule_is_refused_with_its_place(manager, spoil, pointer):
    content = shipped().content
    spoil(content)

    answer = post(manager, content=content)

    assert answer.status_code == 400
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]
    assert not ProgrammeTemplate.objects.filter(clinic__isnull=False).exists()


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"copy_of": None}, ""),
        ({"copy_of": "0195e2a0-0000-7000-8000-000000000000"}, "/copy_of"),
        ({"key": "Our strength"}, "/key"),
        ({"name": "  "}, "/name"),
        ({"content": []}, "/content"),
        ({"weeks": 3}, "/weeks"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_its_place(manager, fields, pointer):
    answer = post(manager, **fields)

    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


@pytest.mark.requirement("A2")
def test_only_a_manager_of_the_clinic_keeps_templates(gym, manager):
    others = [
        (gym.therapist, 403),
        (make_assessor(gym.clinic), 403),
        (gym.patient.user, 403),
        (None, 401),
    ]

    for user, status in others:
        assert post(user).status_code == status
    assert not ProgrammeTemplate.objects.filter(clinic__isnull=False).exists()


def test_a_manager_of_two_clinics_says_which(gym, manager):
    elsewhere = make_clinic()
    manager.memberships.create(
        clinic=elsewhere, role="manager", active_from=manager.date_joined
    )

    unsaid = post(manager)
    said = api_client(manager).post(
        PATH,
        copied(),
        format="json",
        headers={"X-Clinic": str(elsewhere.public_id)},
    )

    assert unsaid.status_code == 400
    assert said.json()["clinic"] == str(elsewhere.public_id)


@pytest.mark.requirement("A1")
def test_the_list_shows_the_shipped_and_the_own_and_nobody_elses(gym, manager):
    own = post(manager).json()
    other = make_gym()
    people = [gym.therapist, gym.patient.user, manager]
    strangers = [other.therapist, other.patient.user, make_manager(other.clinic)]

    for user in people:
        listed = api_client(user).get(PATH).json()["results"]
        clinics = {each["key"]: each["clinic"] for each in listed}
        assert len(listed) == 8
        assert clinics["our_strength"] == str(gym.clinic.public_id)
        assert clinics["hiit"] is None
        assert api_client(user).get(f"{PATH}{own['id']}/").status_code == 200
    for user in strangers:
        listed = api_client(user).get(PATH).json()["results"]
        assert {each["clinic"] for each in listed} == {None}
        assert len(listed) == 7
        assert api_client(user).get(f"{PATH}{own['id']}/").status_code == 404


@pytest.mark.requirement("A1")
def test_another_clinic_neither_copies_nor_uses_a_template(manager):
    own = post(manager).json()
    other = make_gym()
    with_catalogue(other.clinic)

    copy = post(make_manager(other.clinic), copy_of=own["id"], key="theirs")
    by_id = enrol(other, template=own["id"])
    by_key = enrol(other, template="our_strength")

    assert copy.json()["errors"][0]["pointer"] == "/copy_of"
    assert by_id.json()["errors"][0]["pointer"] == "/template"
    assert by_key.json()["errors"][0]["pointer"] == "/template"
    assert not Programme.objects.exists()


@pytest.mark.requirement("A1")
def test_a_therapist_of_two_clinics_uses_each_template_in_its_own_only(gym, manager):
    own = post(manager).json()
    other = make_gym()
    with_catalogue(other.clinic)
    other.therapist.memberships.create(
        clinic=gym.clinic, role="therapist", active_from=other.therapist.date_joined
    )

    refused = enrol(other, template=own["id"])

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/template"


@pytest.mark.requirement("A1")
def test_two_clinics_may_take_the_same_key(manager):
    post(manager)
    other = make_manager(make_clinic())

    answer = post(other)

    assert (answer.status_code, answer.json()["version"]) == (201, 1)


def test_an_enrolled_patient_stays_on_the_version_they_started(gym, manager):
    post(manager)
    programme = enrol(gym, template="our_strength").json()
    post(manager, content=edited(45))

    read = api_client(gym.therapist).get(f"/api/v1/programmes/{programme['id']}/")

    assert programme["template"]["clinic"] == str(gym.clinic.public_id)
    assert read.json()["template"] == programme["template"]
    assert read.json()["template"]["version"] == 1
    assert read.json()["phase"]["percent_1rm"] == 40


def test_enrolment_by_key_takes_the_newest_own_version(gym, manager):
    post(manager)
    post(manager, content=edited(45))

    programme = enrol(gym, template="our_strength").json()

    assert programme["template"]["version"] == 2
    assert programme["phase"]["percent_1rm"] == 45


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_keeps_every_version_as_it_is(manager, change):
    post(manager)
    rows = ProgrammeTemplate.objects.filter(key__in=["our_strength", "hiit"])

    for row in rows:
        found = ProgrammeTemplate.objects.filter(pk=row.pk)
        with pytest.raises(DatabaseError), transaction.atomic():
            found._raw_delete(found.db) if change == "delete" else found.update(name="")


@pytest.mark.requirement("A1")
@pytest.mark.parametrize("whose", ["nobody", "another"])
def test_the_database_lets_a_clinic_write_its_own_templates_only(gym, manager, whose):
    owner = None if whose == "nobody" else make_clinic()
    plan = queries.template_for(clinic_id=gym.clinic.pk, name="hiit")

    with (
        pytest.raises(DatabaseError, match="row-level security"),
        in_clinic(gym.clinic.pk),
    ):
        ProgrammeTemplate.objects.create(
            clinic=owner,
            key="sneaked_in",
            version=1,
            name=plan.name,
            weeks=plan.weeks,
            sessions_per_week=plan.sessions_per_week,
            source=plan.source,
            content=plan.content,
            digest=plan.digest,
        )


def test_reading_a_list_of_own_templates_takes_as_many_queries_for_5_as_for_1(
    gym, manager, django_assert_max_num_queries
):
    client = api_client(gym.therapist)
    for number in range(5):
        services.keep_template(
            entry=TemplateEntry.parse(copied(key=f"own_{number}")),
            clinic=gym.clinic,
            by=manager,
            now=NOW,
        )

    with django_assert_max_num_queries(8):
        listed = client.get(PATH).json()["results"]

    assert len(listed) == 12
