"""The stack is whole again after somebody has broken it."""

import pytest

from apps.common.stack import roles

from .ground import Ground

pytestmark = pytest.mark.fault


def test_stack_keeps_its_mail_again_after_a_ground_has_ended(
    live_stack, database_server
):
    name = live_stack.database.owner_url.split("?")[0].rsplit("/", 1)[1]
    admin_url = roles.database_url(database_server.admin_url, database=name)
    Ground(live_stack, admin_url=admin_url).end()
    before = len(live_stack.mails())

    live_stack.manage("sendtestemail", "someone@example.org")

    assert live_stack.wait_for_mails(before + 1)[-1]["To"] == "someone@example.org"
