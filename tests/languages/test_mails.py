"""Mails to patients speak their language."""

import pytest

from apps.common import clock
from apps.common.tenancy import across_clinics
from apps.messaging.models import OutboxMail
from apps.messaging.services import queue_mail

from .test_pages import english_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("I4")]
FILLED = {
    "sign_in_code": {"code": "ABC-123"},
    "invitation": {
        "clinic": "Nordhälsa & Co",
        "link": "https://x.example/#1",
        "token": "t",
    },
}


@pytest.mark.parametrize("template", FILLED)
@pytest.mark.parametrize(
    ("language", "begins"),
    [
        ("en", {"sign_in_code": "Your sign-in code", "invitation": "Invitation from"}),
        ("sv", {"sign_in_code": "Din inloggningskod", "invitation": "Inbjudan från"}),
        ("de", {"sign_in_code": "Ihr Anmeldecode", "invitation": "Einladung von"}),
        ("zh-hans", {"sign_in_code": "您的EIHtrack", "invitation": "来自Nordhälsa"}),
    ],
)
def test_mail_speaks_the_language_of_its_reader(template, language, begins):
    queue_mail(
        template,
        to="anna@test.example",
        language=language,
        context=FILLED[template],
        reason_key=f"{template}:{language}",
        now=clock.now(),
    )

    with across_clinics():
        mail = OutboxMail.objects.get()
    assert mail.subject.startswith(begins[template])
    assert f'<html lang="{language}">' in mail.body_html
    assert "&amp;" not in mail.subject + mail.body_text
    if language != "en":
        told = " | ".join((mail.subject, mail.body_text, mail.body_html))
        assert english_in(told, language=language) == []
