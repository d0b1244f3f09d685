"""What the README tells a newcomer to paste works, on a running system."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Table 6.9 of the clinical specification: ref, sig, R, and which rules fire.
GOLDEN = [
    "51.00 9.42 5.20",
    "52.50 9.15 16.80 T1 T2",
    "50.25 8.91 16.80 T1 T4_WATCH",
    "53.25 8.70 22.50 T1 T2 T4_WATCH T4_ALERT",
    "52.25 8.51 11.17 T4_WATCH T4_ALERT",
    "50.75 8.09 20.60 T1 T2 T4_WATCH T4_ALERT",
    "51.75 7.71 17.25 T1 T2 T4_WATCH T4_ALERT",
    "53.25 7.77 20.00 T1 T2 T4_WATCH T4_ALERT",
]


def shell_block(heading: str) -> str:
    """Return the first shell block under a heading of the README."""
    text = (ROOT / "README.md").read_text()
    section = text.split(f"## {heading}\n", 1)[1]
    return re.search(r"```sh\n(.*?)```", section, re.DOTALL).group(1)


@pytest.mark.requirement("C1")
@pytest.mark.requirement("D2")
@pytest.mark.requirement("F1")
@pytest.mark.requirement("F2")
@pytest.mark.requirement("N1")
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here")
def test_readme_walks_from_an_invitation_to_the_alert_in_the_mailbox(live_stack):
    live_stack.manage("load_demo", "--no-patients")
    script = shell_block("The main job, by hand")

    result = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=ROOT,
        env=live_stack.env
        | {"PY": sys.executable, "BASE": f"{live_stack.base_url}/api/v1"},
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stderr
    said = result.stdout.splitlines()
    assert said[0] == "83.00"
    assert re.fullmatch(
        r"40 % of 83\.0 kg \(1RM of [-\d]+\), floored to 2\.5 kg", said[1]
    )
    assert said[2:10] == GOLDEN
    assert "mm" in said[10]
    assert said[11] == '{"next":null,"previous":null,"results":[]} 200'
    mails = [mail for mail in live_stack.wait_for_mails(2) if "tove" in str(mail["To"])]
    assert len(mails) == 1
    text = mails[0].get_body(("plain",)).get_content()
    assert "portal" in text
    for word in ("Eva", "pain", "hyperalgesia", "flare", " mm"):
        assert word not in text


def test_readme_names_only_commands_that_exist():
    readme = (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()

    for target in set(re.findall(r"\bmake ([a-z-]+)", readme)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for document in re.findall(r"`((?:docs/)?[\w./-]+\.md|docs/\w+/)`", readme):
        assert (ROOT / document).exists(), document
