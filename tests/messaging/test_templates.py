"""What the mails say, and what they never say."""

from datetime import UTC, datetime

import pytest

from apps.common.tenancy import across_clinics
from apps.messaging.models import OutboxMail
from apps.messaging.services import queue_mail

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONTEXTS = {
    "alert": {"clinic": "Clinic & Sons"},
    "invitation": {
        "clinic": "Clinic & Sons",
        "link": "https://test.example/invitation/#a&b",
        "token": "tok-<en>",
    },
    "sign_in_code": {"code": "ABC-DEF"},
    "passkeys_changed": {"was_added": True},
    "chart_opened": {"colleague": "Tove & Co", "clinic": "Clinic & Sons"},
}

pytestmark = pytest.mark.django_db


def written(template):
    queue_mail(
        template,
        to="p@test.example",
        language="en",
        context=CONTEXTS[template],
        reason_key=template,
        now=NOW,
    )
    with across_clinics():
        return OutboxMail.objects.get(reason_key=template)


@pytest.mark.parametrize("template", CONTEXTS)
def test_every_mail_has_a_subject_and_two_bodies_without_holes(template):
    mail = written(template)

    for text in (mail.subject, mail.body_text, mail.body_html):
        assert text.strip()
        assert "{{" not in text
        assert "{%" not in text


@pytest.mark.parametrize("template", CONTEXTS)
def test_text_is_written_plainly_and_html_is_escaped(template):
    mail = written(template)

    assert "&amp;" not in mail.subject + mail.body_text
    assert "<en>" not in mail.body_html


def test_invitation_holds_link_and_token():
    mail = written("invitation")

    assert "https://test.example/invitation/#a&b" in mail.body_text
    assert "tok-<en>" in mail.body_text


def test_sign_in_code_is_in_the_body_and_not_in_the_subject():
    mail = written("sign_in_code")

    assert "ABC-DEF" in mail.body_text
    assert "ABC-DEF" in mail.body_html
    assert "ABC-DEF" not in mail.subject


@pytest.mark.requirement("F2")
def test_alert_says_no_more_than_please_open_the_portal(settings):
    mail = written("alert")

    text = (mail.subject + mail.body_text + mail.body_html).lower()
    assert f"{settings.BASE_URL}/portal/" in mail.body_text
    for word in ("pain", "flare", "alert", "patient", "session", "severe", "urgent"):
        assert word not in text
