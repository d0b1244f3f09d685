"""A browser that signs in, and the mailbox it reads."""

import json
import re

from django.test import Client

from apps.common import clock
from apps.messaging.services import send_outbox

ALLAUTH = "/_allauth/browser/v1"


class Browser:
    """A client with cookies that keeps to CSRF as a browser does."""

    def __init__(self, address: str = "192.0.2.1") -> None:
        self.client = Client(enforce_csrf_checks=True, REMOTE_ADDR=address)
        self.client.get(f"{ALLAUTH}/config")

    @property
    def csrf_token(self) -> str:
        return self.client.cookies["csrftoken"].value

    def post(self, path: str, body: dict, *, csrf: bool = True):
        headers = {"X-CSRFToken": self.csrf_token} if csrf else {}
        return self.client.post(
            path, json.dumps(body), content_type="application/json", headers=headers
        )

    def get(self, path: str):
        return self.client.get(path)

    def ask_for_code(self, email: str):
        return self.post(f"{ALLAUTH}/auth/code/request", {"email": email})

    def confirm(self, code: str):
        return self.post(f"{ALLAUTH}/auth/code/confirm", {"code": code})

    def sign_in(self, email: str, mail_server):
        self.ask_for_code(email)
        return self.confirm(mailed_code(mail_server))


def mailed_code(mail_server) -> str:
    """Send what waits and return the code of the newest mail."""
    send_outbox(now=clock.now())
    text = mail_server.messages[-1].get_body(("plain",)).get_content()
    return re.search(r"^\s*([0-9A-Z]{3,4}-?[0-9A-Z]{3,4})\s*$", text, re.M).group(1)
