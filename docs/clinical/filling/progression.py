"""The load table: rows, conditions, sentences and two proposals."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from apps.clinical.phases import Phase
from apps.clinical.progression.conditions import Condition
from apps.clinical.progression.inputs import (
    DetectorState,
    ExerciseDone,
    Plan,
    SessionDone,
    SetDone,
    Situation,
)
from apps.clinical.progression.policy import TABLE_VERSION, LoadPolicy
from apps.clinical.progression.proposals import draft
from apps.clinical.progression.sentences import TEMPLATES
from apps.clinical.progression.table import BARRIERS, LOAD_TABLE, Action, Row, Scope

from ..shown import number, plain, table

WORDS = Path(__file__).parents[1] / "words.toml"
FIRST = date(2026, 3, 2)
KG = Decimal(40)
REPS, TARGET = (20, 22), (15, 20)
REF_MM, H24_MM = 50.0, 75


def load_table() -> dict[str, str]:
    """Return the table with its sentences, and a raise and a cut."""
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    conditions = _words_of(words["conditions"], Condition)
    raised = draft(_situation())
    cut = draft(_situation(h24_mm=H24_MM))
    return {
        "version": f"Table and policy are version {TABLE_VERSION}; each proposal keeps "
        "the version, the values it was made from, and their fingerprint.",
        "rows": table(
            ("row", "holds when", "proposal", "how", "at the check before"),
            [_row(one, words=words, conditions=conditions) for one in LOAD_TABLE],
        ),
        "barriers": "".join(f"- {conditions[one]}\n" for one in BARRIERS),
        "sentences": table(
            ("said for", "sentence"),
            [(_about(key), blanks(text)) for key, text in TEMPLATES.items()],
        ),
        "load": number(KG),
        "raised_row": str(raised.row),
        "raised_kg": _kg(raised.next_load_kg),
        "raised_pct": number(raised.change_pct),
        "raised_text": raised.explanation.text,
        "reps": str(REPS[-1]),
        "target": f"{TARGET[0]} to {TARGET[1]}",
        "ref": number(REF_MM),
        "cut_h24": str(H24_MM),
        "cut_row": str(cut.row),
        "cut_kg": _kg(cut.next_load_kg),
        "cut_pct": number(cut.change_pct),
        "cut_text": cut.explanation.text,
    }


def blanks(template: str) -> str:
    """Return a sentence with its blanks told in words."""
    return re.sub(r"\{(\w+)\}", lambda found: f"‹{plain(found[1])}›", template)


def _words_of(words: Mapping[str, str], names: type[Condition]) -> dict[Condition, str]:
    numbers = LoadPolicy().to_mapping()
    known = {names(name): text.format_map(numbers) for name, text in words.items()}
    assert set(known) == set(names)
    return known


def _row(
    row: Row,
    *,
    words: Mapping[str, Mapping[str, str]],
    conditions: Mapping[Condition, str],
) -> tuple[str, ...]:
    lines = [" and ".join(conditions[one] for one in line) for line in row.lines]
    when = "; or ".join(lines) or "nothing above does"
    if row.unless:
        when += "; and none of the barriers"
    return (
        str(row.number),
        when,
        words["actions"][Action(row.action)],
        _how(row, scopes=words["scopes"]),
        "yes" if row.at_pre else "",
    )


def _how(row: Row, *, scopes: Mapping[str, str]) -> str:
    told = []
    if row.cut_pct:
        told.append(f"{row.cut_pct} % less: {scopes[Scope(row.scope)]}")
    if row.other_cut_pct:
        told.append(f"{row.other_cut_pct} % less for the others")
    if row.sets:
        told.append(f"{row.sets} set")
    if not row.explosive:
        told.append("nothing explosive")
    if row.retest_within_days:
        told.append(f"a new 1RM within {row.retest_within_days} days")
    if row.blocks:
        told.append("no proposal")
    if row.decides:
        told.append("the therapist decides")
    if row.urgent:
        told.append("at once")
    return "; ".join(told)


def _about(key: str) -> str:
    return plain(key.partition(".")[2])


def _kg(load_kg: Decimal | None) -> str:
    assert load_kg is not None
    return number(load_kg)


def _situation(**newest: int) -> Situation:
    """Return two green sessions, two repetitions over the target."""
    phase = Phase(
        position=1,
        first_week=1,
        last_week=2,
        percent_1rm=KG,
        reps_min=TARGET[0],
        reps_max=TARGET[1],
    )
    sessions = [_session("first", day=0), _session("second", day=3)]
    sessions[-1] = replace(sessions[-1], **newest)  # type: ignore[arg-type]
    return Situation(
        exercise="leg press",
        region="legs",
        on=FIRST + timedelta(days=7),
        plan=Plan(load_kg=KG, sets=2, phase=phase, phase_started_on=FIRST),
        sessions=tuple(sessions),
        pem=False,
        red_flags=(),
        acute_illness=False,
        confidence=8,
        missed_slot=False,
        detector=DetectorState(is_judged=True),
    )


def _session(key: str, *, day: int) -> SessionDone:
    sets = tuple(SetDone(repetitions=reps, load_kg=KG) for reps in REPS)
    done = ExerciseDone(
        exercise="leg press", sets=sets, reps_min=TARGET[0], reps_max=TARGET[1]
    )
    return SessionDone(
        key=key,
        day=FIRST + timedelta(days=day),
        exercises=(done,),
        pre_mm=50,
        during_mm=(55,),
        h24_mm=52,
        h48_mm=50,
        ref_mm=REF_MM,
        usual_mm=50.0,
        novel=False,
    )
