"""``manage.py simulate_flares`` as somebody meets it who weighs a policy."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.clinical.flare.policy import DetectorPolicy
from apps.flares.policies import digest_of
from apps.flares.simulation.observation import Signal
from apps.flares.simulation.policy_file import PolicyFileError, read_policy

pytestmark = pytest.mark.requirement("F6")

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = DetectorPolicy()


def told(*arguments, patients=8):
    """Return what the command prints."""
    out = io.StringIO()
    call_command("simulate_flares", "--patients", str(patients), *arguments, stdout=out)
    return out.getvalue()


def told_json(*arguments, patients=8):
    """Return the one object that the command prints."""
    return json.loads(told("--json", "--processes=1", *arguments, patients=patients))


def policy_file(folder, text, name="trial.toml"):
    """Return the path of a file with this content."""
    path = folder / name
    path.write_text(text)
    return path


def process(*arguments, **environment):
    """Run the command as somebody at a prompt does."""
    return subprocess.run(
        [sys.executable, "manage.py", "simulate_flares", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_command_prints_every_table_with_its_errors():
    text = told("--seed=7", "--processes=1")

    assert text.startswith("8 synthetic patients, seed 7, policy eih-1 (")
    for part in (
        "the raw rule with the reference simulator's cooldown",
        "alerts as issued by the product",
        "they are no proof of\nclinical value",
        "half of Wilson's interval at z = 1; delays: bootstrap",
        "T4 ALERT",
        "T2 OR T4 ALERT",
        "delay p90",
        "What all others get: false alerts and the load on staff",
    ):
        assert part in text


def test_command_prints_one_json_object_with_all_figures():
    told = told_json("--seed=3")

    assert set(told) == {
        "policy",
        "policy_digest",
        "seed",
        "patients",
        "processes",
        "seconds",
        "months_per_patient",
        "population",
        "figures",
    }
    assert (told["policy"], told["seed"], told["patients"]) == ("eih-1", 3, 8)
    assert told["policy_digest"] == digest_of(SHIPPED.to_mapping())
    assert set(told["figures"]) == {signal.value for signal in Signal}
    alert = told["figures"]["T4_ALERT"]
    assert {
        "ever",
        "within_6",
        "within_4",
        "delay_median",
        "delay_p90",
        "others_raw",
        "others_ever",
        "others_issued_resolved",
        "others_issued_left_open",
    } <= set(alert)
    assert set(alert["ever"]) == {"value", "error", "low", "high", "of"}


def test_command_tells_the_same_figures_on_one_and_two_processes():
    figures = [
        {
            name: value
            for name, value in json.loads(
                told("--json", f"--processes={processes}", patients=26)
            ).items()
            if name not in {"processes", "seconds"}
        }
        for processes in (1, 2)
    ]

    assert figures[0] == figures[1]
    assert figures[0]["figures"]["T1"]["all_raw"]["value"] > 0


def test_command_uses_the_numbers_of_a_policy_file(tmp_path):
    path = policy_file(tmp_path, 'key = "deaf"\nt1_rise_mm = 99\nt2_rise_mm = 99.0\n')

    usual, deaf = told_json(), told_json(f"--policy={path}")

    assert deaf["policy"] == "deaf-1"
    assert deaf["policy_digest"] != usual["policy_digest"]
    assert usual["figures"]["T1"]["all_raw"]["value"] > 0
    assert deaf["figures"]["T1"]["all_raw"]["value"] == 0
    assert deaf["figures"]["T5_GATE"] == usual["figures"]["T5_GATE"]
    assert deaf["population"] == usual["population"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--patients=0"], "--patients must be a whole number from 1 to 1000000"),
        (["--patients=-5"], "got -5"),
        (["--patients=1000001"], "got 1000001"),
        (["--seed=-1"], "--seed must be a whole number from 0"),
        (["--processes=0"], "--processes must be a whole number from 1 to 256"),
    ],
)
def test_command_refuses_an_impossible_number(arguments, words):
    with pytest.raises(CommandError, match=words) as refused:
        call_command("simulate_flares", *arguments)

    assert refused.value.returncode == 2


def test_command_shows_progress_only_to_a_person():
    class Screen(io.StringIO):
        def isatty(self):
            return True

    screen, file = Screen(), io.StringIO()
    for stderr in (screen, file):
        call_command(
            "simulate_flares",
            "--patients=2",
            "--processes=1",
            stdout=io.StringIO(),
            stderr=stderr,
        )

    assert "2 of 2 patients" in screen.getvalue()
    assert file.getvalue() == ""


def test_command_needs_no_database():
    nowhere = "postgres://nobody:nothing@127.0.0.1:1/nowhere"

    finished = process("--patients=2", "--json", DATABASE_URL=nowhere)

    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["patients"] == 2
    assert finished.stderr == ""


def test_command_ends_with_2_after_a_wrong_policy_file(tmp_path):
    path = policy_file(tmp_path, 'key = "trial"\nt4_sesions = 5\n')

    finished = process("--patients=2", f"--policy={path}")

    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.strip() == (
        f"CommandError: {path}: a policy has no 't4_sesions'; did you mean t4_sessions?"
    )


def test_read_policy_takes_what_is_left_out_from_the_shipped_one(tmp_path):
    text = '{"key": "trial", "version": 3, "t4_alert_z": 3}'
    path = policy_file(tmp_path, text, name="trial.json")

    policy = read_policy(path, shipped=SHIPPED)

    assert policy == DetectorPolicy(key="trial", version=3, t4_alert_z=3.0)
    assert isinstance(policy.t4_alert_z, float)


def test_read_policy_takes_all_that_the_product_stores(tmp_path):
    text = json.dumps(SHIPPED.to_mapping())
    path = policy_file(tmp_path, text, name="eih-1.json")

    policy = read_policy(path, shipped=SHIPPED)

    assert digest_of(policy.to_mapping()) == digest_of(SHIPPED.to_mapping())


@pytest.mark.parametrize("key", ["x", "Trial_2.b-C", "k" * 40])
def test_read_policy_takes_any_slug_as_key(tmp_path, key):
    path = policy_file(tmp_path, f'key = "{key}"\nt4_alert_z = 3\n')

    assert read_policy(path, shipped=SHIPPED).key == key


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.toml", 'key = "a"\nt1_rise_mm = 0', "t1_rise_mm must be a finite number"),
        ("a.toml", 'key = "a"\nt1_rise_mm = -3', "above 0, got -3"),
        ("a.toml", 'key = "a"\nt1_rise_mm = nan', "above 0, got nan"),
        ("a.toml", 'key = "a"\nt1_rise_mm = inf', "above 0, got inf"),
        ("a.toml", 'key = "a"\nt1_rise_mm = true', "above 0, got True"),
        ("a.toml", 'key = "a"\nt1_rise_mm = "20"', "above 0, got '20'"),
        ("a.toml", 'key = "a"\nt4_sessions = 6.0', "t4_sessions must be a whole num"),
        ("a.toml", 'key = "a"\nrun_in_days = 1001', "must be at most 1000, got 1001"),
        ("a.toml", 'key = ""\n', "key must be a name"),
        ("a.toml", "key = 5\n", "key must be a name, got 5"),
        ("a.toml", r'key = "x\u001b[2J"', r"underscores, got 'x\x1b[2J'."),
        ("a.toml", 'key = "two words"', "key must be 1 to 40 of the letters"),
        ("a.toml", r'key = "a\n"', r"got 'a\n'"),
        ("a.json", r'{"key": "\u202eabc"}', r"got '\u202eabc'"),
        ("a.toml", f'key = "{"k" * 41}"', "key must be 1 to 40 of the letters"),
        ("a.toml", 'key = "a"\n[t1]\nrise_mm = 3', "a policy has no 't1'"),
        ("a.toml", 'key = "a"\nwhatever = 3', "'whatever'; leave it out"),
        ("a.toml", "t1_rise_mm = 25", "eih version 1 is the shipped policy and has"),
        ("a.toml", 'key = "a', "is not readable TOML"),
        ("a.json", '{"key": "a",', "is not readable JSON"),
        ("a.json", '{"key": "a", "key": "b"}', "'key' stands there more than once"),
        ("a.json", "[1]", "must stand in one JSON object"),
        ("a.json", "[" * 20_000, "is not readable JSON"),
        ("a.json", '{"key": "a", "t1_rise_mm": null}', "above 0, got None"),
        ("a.txt", "", "the name must end in .toml or .json"),
        ("a.json", " " * 70_000, "has at most 65536 bytes"),
    ],
)
def test_read_policy_refuses_what_no_detector_can_use(tmp_path, name, text, words):
    path = policy_file(tmp_path, text, name=name)

    with pytest.raises(PolicyFileError) as refused:
        read_policy(path, shipped=SHIPPED)

    assert str(refused.value).startswith(str(path))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.toml", "cannot be read: No such file or directory."),
        ("folder.toml", "cannot be read: Is a directory."),
        ("binary.toml", "is not readable TOML: 'utf-8' codec"),
    ],
)
def test_read_policy_refuses_what_is_no_text_file(tmp_path, path, words):
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(PolicyFileError, match=words):
        read_policy(tmp_path / path, shipped=SHIPPED)
