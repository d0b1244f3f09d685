"""A real installation's first clinic, by the command."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.clinics.entry import StaffInvitation
from apps.clinics.models import Clinic, Invitation, Membership, Role
from apps.clinics.services import accept_invitation, invite_first_manager
from apps.common.errors import WrongStateError
from apps.common.tenancy import across_clinics, enter_clinics
from apps.exercises.catalogue_file import shared_exercises
from apps.exercises.models import Exercise
from apps.flares.policies import policy_of
from apps.messaging.services import send_outbox
from apps.programmes.models import ProgrammeTemplate
from tests.factories.people import make_clinic, make_manager
from tests.factories.training import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A4")]

WORDS = {"general": "Call 112.", "crisis": "Call 90101."}


@pytest.fixture(autouse=True)
def _february(time_machine):
    time_machine.move_to(NOW, tick=False)


def create(name="Clinic by the sea", **options):
    out = StringIO()
    values = {
        "time_zone": "Europe/Stockholm",
        "language": "sv",
        "manager_email": "Kim@Clinic.example",
        "manager_name": "Kim Berg",
    }
    call_command("create_clinic", name, stdout=out, **(values | options))
    return out.getvalue()


def words_file(folder, *languages):
    path = folder / "words.json"
    content = dict.fromkeys(languages, WORDS)
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def token_in(message):
    text = message.get_body(("plain",)).get_content()
    return text.partition("/invitation/#")[2].split()[0]


def test_the_clinic_has_all_that_is_shipped_and_judges_in_shadow():
    create()

    clinic = Clinic.objects.get(name="Clinic by the sea")
    enter_clinics([clinic.pk])
    assert (clinic.time_zone, clinic.language) == ("Europe/Stockholm", "sv")
    assert Exercise.objects.filter(clinic=clinic).count() == len(shared_exercises())
    assert ProgrammeTemplate.objects.shipped().count() == 7
    assert not policy_of(clinic.pk).is_live
    events = AuditEvent.objects.filter(clinic_id=clinic.pk)
    assert set(events.values_list("action", "actor_id")) == {
        ("clinic.create", None),
        ("staff.invite", None),
    }


@pytest.mark.requirement("F2")
def test_the_manager_is_invited_by_mail_and_works_there_after_accepting(mail_server):
    create()
    send_outbox(now=NOW)

    [message] = mail_server.messages
    before = Membership.objects.count()
    user = accept_invitation(token=token_in(message), now=NOW)

    assert message["To"] == "kim@clinic.example"
    assert "Clinic by the sea" in message.get_body(("plain",)).get_content()
    assert before == 0
    assert (user.name, user.language, user.time_zone) == (
        "Kim Berg",
        "sv",
        "Europe/Stockholm",
    )
    [membership] = Membership.objects.all()
    assert (membership.user, membership.role) == (user, Role.MANAGER)
    assert User.objects.count() == 1


def test_a_manager_who_has_an_account_keeps_it():
    kim = User.objects.create_user("kim@clinic.example", name="Kim as known")

    create()

    assert Invitation.objects.get().invited_by == kim
    assert User.objects.get().name == "Kim as known"


def test_where_somebody_works_no_first_manager_is_invited():
    clinic = make_clinic()
    make_manager(clinic)
    kim = {"email": "kim@clinic.example", "name": "Kim", "role": "manager"}

    with pytest.raises(WrongStateError, match="Its managers invite"):
        invite_first_manager(entry=StaffInvitation.parse(kim), clinic=clinic, now=NOW)

    assert not Invitation.objects.exists()


@pytest.mark.parametrize("name", ["Clinic by the sea", "CLINIC by the Sea "])
def test_a_second_clinic_of_the_same_name_is_refused(mail_server, name):
    create()

    with pytest.raises(CommandError, match="There is a clinic called"):
        create(name, manager_email="lo@clinic.example")

    send_outbox(now=NOW)
    assert Clinic.objects.count() == 1
    assert [each["To"] for each in mail_server.messages] == ["kim@clinic.example"]
    assert not User.objects.filter(email="lo@clinic.example").exists()


def test_a_clinic_without_emergency_words_is_made_and_must_not_go_live():
    said = create()

    assert Clinic.objects.get().emergency_words == {}
    assert "DO NOT GO LIVE YET" in said
    assert "in de, en, sv, zh-hans:" in said


def test_only_the_languages_without_words_are_named(tmp_path):
    said = create(emergency_words=words_file(tmp_path, "sv", "en"))

    assert Clinic.objects.get().emergency_words == {"sv": WORDS, "en": WORDS}
    assert "in de, zh-hans:" in said


def test_with_words_in_every_language_nothing_is_said(tmp_path):
    said = create(
        emergency_words=words_file(tmp_path, "sv", "en", "de", "zh-hans"),
    )

    assert "LIVE" not in said


def test_words_can_be_added_later(tmp_path):
    create(emergency_words=words_file(tmp_path, "sv"))
    out = StringIO()

    file = words_file(tmp_path, "en")
    call_command("set_emergency_words", "clinic by the sea", file, stdout=out)

    clinic = Clinic.objects.get()
    assert clinic.emergency_words == {"sv": WORDS, "en": WORDS}
    assert out.getvalue() == "Stored. Still without emergency words: de, zh-hans.\n"
    with across_clinics():
        event = AuditEvent.objects.get(action="clinic.emergency_words")
    assert (event.clinic_id, event.detail) == (clinic.pk, {"languages": ["en"]})


def test_words_of_no_clinic_are_refused(tmp_path):
    with pytest.raises(CommandError, match="There is no clinic called Nowhere"):
        call_command("set_emergency_words", "Nowhere", words_file(tmp_path, "en"))


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"name": " "}, "NAME: "),
        ({"time_zone": "Stockholm"}, "--time-zone: "),
        ({"language": "fr"}, "--language: "),
        ({"manager_email": "kim"}, "--manager-email: "),
        ({"manager_name": ""}, "--manager-name: "),
        ({"emergency_words": "nowhere.json"}, "nowhere.json is not readable JSON"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_option(options, place):
    with pytest.raises(CommandError, match=f"^{place}"):
        create(**options)

    assert not Clinic.objects.exists()


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"sv": {"general": "Ring 112."}}, "--emergency-words at /sv/crisis: "),
        ({"sv": WORDS | {"crisis": " "}}, "--emergency-words at /sv/crisis: "),
        ({"fr": WORDS}, "--emergency-words at /fr"),
        ([], "--emergency-words: "),
    ],
)
def test_emergency_words_that_lack_something_are_refused(tmp_path, content, place):
    path = tmp_path / "words.json"
    path.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(CommandError, match=f"^{place}"):
        create(emergency_words=str(path))

    assert not Clinic.objects.exists()
