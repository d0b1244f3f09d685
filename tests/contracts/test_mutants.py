"""What ``make mutants`` counts, and that its explanations fit the rules of today."""

import json
from collections import Counter
from textwrap import dedent

import pytest

from tests import mutants

MUTATED = '''\
def x_half__mutmut_orig(value: float) -> float:
    """Return half of it."""
    return value / 2

def x_half__mutmut_1(value: float) -> float:
    """Return half of it."""
    return value * 2

def x_half__mutmut_2(value: float) -> float:
    """Return half of it."""
    return value / 3

class Rest:
    def xǁRestǁends__mutmut_orig(self) -> bool:
        return self.count >= 2

    def xǁRestǁends__mutmut_1(self) -> bool:
        return self.count > 2
'''
THIRD = mutants.Change("rest.py", "half", ("- return value / 2", "+ return value / 3"))
MORE = mutants.Change(
    "rest.py", "Rest.ends", ("- return self.count >= 2", "+ return self.count > 2")
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that leaves a run with these exit codes and reports on it."""
    monkeypatch.setattr(mutants, "COPY", tmp_path)
    folder = tmp_path / "mutants/apps/clinical"
    folder.mkdir(parents=True)
    (folder / "rest.py").write_text(MUTATED, encoding="utf-8")

    def report(codes, *explained):
        names = ("x_half__mutmut_1", "x_half__mutmut_2", "xǁRestǁends__mutmut_1")
        keys = [f"apps.clinical.rest.{name}" for name in names]
        (folder / "rest.py.meta").write_text(
            json.dumps({"exit_code_by_key": dict(zip(keys, codes, strict=True))})
        )
        return mutants.report(Counter(explained))

    return report


def test_report_is_content_when_every_mutant_was_killed(run, capsys):
    assert run([1, 1, 3]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == [
        *("all", "3", "3", "0", "0", "0", "100.0", "%")
    ]


def test_report_shows_a_survivor_that_nobody_explained(run, capsys, monkeypatch):
    monkeypatch.setattr(mutants, "MIN_SHARE_PCT", 60)

    assert run([1, 1, 0]) == 1
    assert str(MORE) in capsys.readouterr().out


def test_report_lets_an_explained_survivor_pass(run, monkeypatch):
    monkeypatch.setattr(mutants, "MIN_SHARE_PCT", 60)

    assert run([1, 1, 0], MORE) == 0
    assert run([1, 0, 0], MORE) == 1


def test_report_refuses_an_explanation_that_fits_no_survivor(run, capsys):
    assert run([1, 1, 1], THIRD) == 1
    assert "1 explained that were killed or are not there" in capsys.readouterr().out


@pytest.mark.parametrize("code", [0, -24])
def test_report_refuses_too_small_a_share(run, capsys, code):
    # two of three: neither a survivor nor an endless loop counts as killed
    assert run([1, 1, code], *([MORE] if code == 0 else [])) == 1
    assert "Fewer than 95 % were killed." in capsys.readouterr().out


def test_report_refuses_a_run_that_was_cut_short(run):
    with pytest.raises(SystemExit, match="did not get as far as"):
        run([1, 1, None])


def test_explanations_reads_what_report_prints():
    text = f"# Mutants\n\nWords.\n\n{THIRD}\n{MORE}\nWhy not."

    with pytest.raises(SystemExit, match="no reason given in half"):
        mutants.explanations(text)

    reasoned = text.replace(f"{THIRD}", f"{THIRD}\nA third is as good.\n")
    assert mutants.explanations(reasoned) == Counter([THIRD, MORE])


def test_properties_can_be_changed_and_stay_properties():
    source = dedent(
        '''
        class Rest:
            count = 2

            @property
            def ends(self) -> bool:
                """Tell whether it ends."""
                return self.count >= 2

            @staticmethod
            def limit() -> int:
                return 2
        '''
    )
    names: dict[str, object] = {}

    opened = mutants.without_property_decorators(source)
    exec(opened, names)

    assert "@property" not in opened
    assert "@staticmethod" in opened
    assert names["Rest"]().ends is True


def test_every_explanation_is_of_a_line_that_is_there():
    text = mutants.EXPLANATIONS.read_text(encoding="utf-8")

    for change in mutants.explanations(text):
        source = (mutants.ROOT / mutants.RULES / change.module).read_text("utf-8")
        lines = {line.strip() for line in source.splitlines()}
        removed = {line[2:] for line in change.lines if line.startswith("-")}
        assert removed <= lines, change
