"""The demo's outgoing mail, as its SMTP server keeps it."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings

NAME = re.compile(r"^[0-9A-Za-z-]+$")
NEWEST = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as a page shows it."""

    name: str
    to: str
    subject: str
    date: datetime | None
    message_id: str
    text: str


def newest_mails() -> list[Mail]:
    """Return the newest mails, latest first; at most 200."""
    files = sorted(Path(settings.MAIL_DIR).glob("*.eml"), reverse=True)
    return [_read(file) for file in files[:NEWEST]]


def find_mail(name: str) -> Mail | None:
    """Return one mail by the name of its file, or ``None``."""
    # A name with other characters could lead out of the folder.
    if not NAME.fullmatch(name):
        return None
    file = Path(settings.MAIL_DIR) / f"{name}.eml"
    return _read(file) if file.is_file() else None


def _read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = message.get_body(preferencelist=("plain",))
    date = message["Date"]
    return Mail(
        name=file.stem,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        date=date.datetime if date else None,
        message_id=str(message["Message-ID"] or ""),
        text=body.get_content() if body else "",
    )
