"""What the README tells a newcomer to paste works, on a running system."""

import json
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
    before = len(live_stack.mails())
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
    assert "suggests exercise-induced hyperalgesia" in said[10]
    assert said[11] == '{"next":null,"previous":null,"results":[]} 200'
    # The invitation and the alert; other tests may have sent mails before.
    sent = live_stack.wait_for_mails(before + 2)
    mails = [mail for mail in sent if str(mail["To"]) == "tove@demo.example"]
    assert len(mails) == 1
    text = mails[0].get_body(("plain",)).get_content()
    assert "portal" in text
    for word in ("Eva", "pain", "hyperalgesia", "flare", " mm"):
        assert word not in text


@pytest.mark.requirement("C3")
@pytest.mark.requirement("C4")
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here")
def test_readme_lets_a_patient_send_twice_and_correct(live_stack, tmp_path):
    live_stack.manage("load_demo", "--no-patients")
    invite_anna(live_stack)
    script = shell_block("More to try").replace("diary.csv", f"{tmp_path}/diary.csv")

    result = subprocess.run(
        ["bash", "-eu", "-c", script.replace(".venv/bin/python", sys.executable)],
        cwd=ROOT,
        env=live_stack.env | {"BASE": f"{live_stack.base_url}/api/v1"},
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stderr
    said = result.stdout
    assert said.splitlines()[:2] == ["201", "200"]
    assert '"pain_mm":14' in said
    assert '"pain_mm":41' in said
    assert "1 imported, 0 duplicate, 0 other, 0 refused" in said


@pytest.mark.requirement("D3")
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here")
def test_readme_shows_what_the_product_thinks(live_stack):
    live_stack.manage("load_demo", "--no-patients")
    invite_anna(live_stack)
    script = shell_block("What it thinks, and what people decide")

    result = subprocess.run(
        ["bash", "-eu", "-c", script.replace(".venv/bin/python", sys.executable)],
        cwd=ROOT,
        env=live_stack.env | {"BASE": f"{live_stack.base_url}/api/v1"},
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stderr
    said = [json.loads(line) for line in result.stdout.splitlines() if line]
    assert [one for one in said if "status" in one] == []
    proposals, retests, silent, adherence, numbers, words, rules, policies, ledger = (
        said
    )
    for page in (proposals, retests, silent, adherence, policies):
        assert "results" in page
    assert numbers["overall"]["sentences"][0].startswith("Too early to say")
    assert words["overall"]["sentences"][0].startswith("No session has")
    assert rules["load_policy"][0]["shipped"] == rules["load_policy"][0]["value"]
    assert policies["results"][0]["policy_version"] == "eih-1"
    assert "rules" in ledger


@pytest.mark.requirement("F6")
def test_readme_shows_what_a_policy_finds_and_misses():
    script = shell_block("Proving it").replace("--patients 300", "--patients 20")

    result = subprocess.run(
        ["bash", "-eu", "-c", script.replace(".venv/bin/python", sys.executable)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stderr
    assert "20 synthetic patients, seed 7, policy eih-1" in result.stdout
    assert re.search(r"^T4 ALERT( +[\d.]+ \([\d.]+\)){3}", result.stdout, re.MULTILINE)


def invite_anna(live_stack):
    """Make Anna a patient of Tove, as the demo does with all its patients; once."""
    code = (
        "from django.db import transaction;"
        "from apps.demo.casebook import ANNA;"
        "from apps.demo.course import Course;"
        "from apps.clinics.models import Clinic, Patient;"
        "from apps.accounts.models import User;"
        "from apps.common import clock, tenancy;"
        "from dataclasses import replace;"
        "tove = User.objects.get(email='tove@demo.example');"
        "clinic = tove.memberships.get().clinic;"
        "course = Course(replace(ANNA, weeks_ago=-1), clinic=clinic, therapist=tove,"
        " seed=1, now=clock.now())\n"
        "with tenancy.in_clinic(clinic.pk):\n"
        " Patient.objects.filter(email='anna@demo.example').exists() or course.run()"
    )
    live_stack.manage("shell", "-c", code)


def test_readme_names_only_commands_that_exist():
    readme = (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()

    for target in set(re.findall(r"\bmake ([a-z-]+)", readme)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for document in re.findall(r"`((?:docs/)?[\w./-]+\.md|docs/\w+/)`", readme):
        assert (ROOT / document).exists(), document
