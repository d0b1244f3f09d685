"""Tokens of one's own programs."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from apps.accounts.models import ApiToken
from apps.accounts.queries import token_hash, valid_token
from apps.accounts.services import LONGEST_LIFE, issue_token, revoke_token
from apps.audit.models import AuditEvent
from apps.common import clock, tenancy
from apps.common.errors import InvalidEntryError, NotThereError
from tests.factories import people

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A3")]

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TOKENS = "/api/v1/auth/tokens/"


@pytest.fixture(autouse=True)
def right_clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def user():
    return people.make_user()


def issue(user, **fields):
    values = {"name": "script", "scope": "full", "expires_at": NOW + DAY, "now": NOW}
    return issue_token(user=user, **(values | fields))


def client_with(text):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def test_the_text_is_told_once_and_only_its_hash_is_kept(user):
    answer = people.api_client(user).post(
        TOKENS, {"name": "script", "expires_at": "2026-03-03T11:00:00Z"}, format="json"
    )

    body = answer.json()
    assert answer.status_code == 201
    assert body["token"].startswith("eih_")
    assert len(body["token"]) == 47
    row = ApiToken.objects.get(public_id=body["id"])
    assert row.token_hash == token_hash(body["token"])
    stored = [str(value) for value in row.__dict__.values()]
    assert not [value for value in stored if body["token"] in value]
    assert "token" not in people.api_client(user).get(TOKENS).json()["results"][0]


def test_two_tokens_differ(user):
    assert issue(user)[1] != issue(user)[1]


def test_a_token_opens_the_door_until_it_expires(user, right_clock):
    _, text = issue(user)

    found = []
    for seconds in (-1, 0):
        right_clock.move_to(NOW + DAY + timedelta(seconds=seconds), tick=False)
        found.append(client_with(text).get("/api/v1/me/").status_code)

    assert found == [200, 401]


def test_a_revoked_token_opens_nothing_at_once(user):
    token, text = issue(user)
    client = people.api_client(user)

    revoked = client.delete(f"{TOKENS}{token.public_id}/")

    assert revoked.status_code == 204
    assert client_with(text).get("/api/v1/me/").status_code == 401
    listed = client.get(TOKENS).json()["results"]
    (row,) = [each for each in listed if each["id"] == str(token.public_id)]
    assert row["revoked_at"] == "2026-03-02T11:00:00Z"


def test_a_token_may_revoke_itself(user):
    token, text = issue(user)

    assert client_with(text).delete(f"{TOKENS}{token.public_id}/").status_code == 204
    assert client_with(text).get("/api/v1/me/").status_code == 401


def test_revoking_again_keeps_the_first_time(user):
    token, _ = issue(user)
    revoke_token(token_id=token.public_id, by=user, now=NOW)

    again = revoke_token(token_id=token.public_id, by=user, now=NOW + DAY)

    assert again.revoked_at == NOW


def test_the_tokens_of_others_are_not_there(user):
    token, text = issue(user)
    stranger = people.make_user()

    assert (
        people.api_client(stranger).delete(f"{TOKENS}{token.public_id}/").status_code
        == 404
    )
    with pytest.raises(NotThereError):
        revoke_token(token_id=uuid4(), by=stranger, now=NOW)
    listed = people.api_client(stranger).get(TOKENS).json()["results"]
    assert str(token.public_id) not in [each["id"] for each in listed]
    assert client_with(text).get("/api/v1/me/").status_code == 200


def test_the_token_of_a_closed_account_opens_nothing(user):
    _, text = issue(user)
    user.is_active = False
    user.save()

    assert client_with(text).get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize("text", ["", "eih_", "eih_wrong", "x" * 10_000, "\x00"])
def test_a_wrong_text_finds_nothing(text):
    assert valid_token(text, now=NOW) is None


@pytest.mark.parametrize("how", ["bearer", "BEARER", "Bearer"])
def test_the_word_bearer_may_be_written_in_any_case(user, how):
    _, text = issue(user)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"{how} {text}")

    assert client.get("/api/v1/me/").status_code == 200


def test_a_token_to_read_may_not_write():
    therapist = people.make_therapist(people.make_clinic())
    patient = people.make_patient(
        therapist.memberships.get().clinic, therapist=therapist
    )
    client = people.api_client(therapist, scope="read")
    path = f"/api/v1/patients/{patient.public_id}/"

    assert client.get(path).status_code == 200
    for method, where in [
        ("POST", TOKENS),
        ("POST", "/api/v1/patients/"),
        ("PATCH", path),
        ("POST", f"{path}break-glass/"),
        ("DELETE", f"{TOKENS}{uuid4()}/"),
    ]:
        answer = client.generic(method, where, b"{}", content_type="application/json")
        assert answer.status_code == 403
        assert answer.json()["code"] == "not_allowed"


@pytest.mark.parametrize(
    ("expires_at", "is_taken"),
    [
        (NOW - timedelta(seconds=1), False),
        (NOW, False),
        (NOW + timedelta(seconds=1), True),
        (NOW + LONGEST_LIFE, True),
        (NOW + LONGEST_LIFE + timedelta(seconds=1), False),
    ],
)
def test_a_token_lives_up_to_366_days(user, expires_at, is_taken):
    if is_taken:
        assert issue(user, expires_at=expires_at)[0].expires_at == expires_at
    else:
        with pytest.raises(InvalidEntryError, match="expires in the future"):
            issue(user, expires_at=expires_at)


@pytest.mark.parametrize(("seconds", "is_taken"), [(-1, True), (0, True), (1, False)])
def test_a_token_cannot_outlive_itself_by_making_another(user, seconds, is_taken):
    _, text = issue(user)
    expires_at = NOW + DAY + timedelta(seconds=seconds)

    answer = client_with(text).post(
        TOKENS, {"name": "next", "expires_at": expires_at.isoformat()}, format="json"
    )

    assert answer.status_code == (201 if is_taken else 400)
    if not is_taken:
        assert answer.json()["errors"][0]["pointer"] == "/expires_at"


@pytest.mark.parametrize(
    ("name", "status"), [("x" * 80, 201), ("x" * 81, 400), ("  ", 400)]
)
def test_the_name_fits_its_column(user, name, status):
    answer = people.api_client(user).post(
        TOKENS, {"name": name, "expires_at": "2026-03-02T12:00:00Z"}, format="json"
    )

    assert answer.status_code == status


def test_the_list_is_paged_newest_first(user, django_assert_max_num_queries):
    for hour in range(5):
        issue(user, name=f"token {hour}", now=NOW + timedelta(hours=hour))
    client = people.api_client(user)

    first = client.get(TOKENS, {"page_size": 3}).json()
    with django_assert_max_num_queries(6):
        second = client.get(first["next"]).json()

    names = [each["name"] for each in first["results"] + second["results"]]
    assert names == [f"token {hour}" for hour in (4, 3, 2, 1)] + names[4:]
    assert second["next"] is None
    assert second["previous"] is not None


@pytest.mark.requirement("A6")
def test_making_and_revoking_leave_a_trace_without_the_text(user):
    token, text = issue(user)
    revoke_token(token_id=token.public_id, by=user, now=NOW)

    with tenancy.across_clinics():
        events = list(AuditEvent.objects.filter(subject_id=token.public_id))
    assert [each.action for each in events] == ["token.issue", "token.revoke"]
    assert {each.actor_id for each in events} == {user.pk}
    assert not [each for each in events if text in str(each.__dict__)]


class TestCommand:
    def run(self, *arguments):
        out = StringIO()
        call_command("issue_token", *arguments, stdout=out)
        return out.getvalue().strip()

    def test_prints_a_token_that_works(self, user):
        text = self.run(user.email.upper())

        assert client_with(text).get("/api/v1/me/").json()["email"] == user.email

    def test_prints_one_that_only_reads_and_ends_early(self, user):
        text = self.run(user.email, "--scope", "read", "--days", "1")

        token = valid_token(text, now=clock.now())
        assert (token.scope, token.expires_at) == ("read", NOW + DAY)

    def test_refuses_an_address_that_nobody_has(self):
        with pytest.raises(CommandError, match="Nobody has the address"):
            self.run("nobody@test.example")

    @pytest.mark.parametrize("days", ["0", "-1", "367", "99999999999"])
    def test_refuses_a_life_that_cannot_be(self, user, days):
        with pytest.raises(CommandError):
            self.run(user.email, "--days", days)
