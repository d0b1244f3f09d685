"""The figures of a run as text for a reader and as values for a program."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from .assumptions import Kind
from .estimates import Estimate
from .figures import MONTHS, figures_of, population_of
from .observation import Observation, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a figure is printed: times a factor, with some decimals."""

    factor: int
    decimals: int


PERCENT: Final = Style(factor=100, decimals=1)
RATE: Final = Style(factor=1, decimals=3)
DELAY: Final = Style(factor=1, decimals=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Some figures of some signals; a column is its label, figure and style."""

    title: str
    unit: str
    signals: tuple[Signal, ...]
    columns: tuple[tuple[str, str, Style], ...]


TABLES: Final = (
    Table(
        title="How soon the raw rules find those whom exercise makes worse",
        unit="found, % of these patients; delay in sessions, of those found",
        signals=(Signal.T4_ALERT, Signal.T4_WATCH),
        columns=(
            ("ever", "ever", PERCENT),
            ("within 6", "within_6", PERCENT),
            ("within 4", "within_4", PERCENT),
            ("delay median", "delay_median", DELAY),
            ("delay p90", "delay_p90", DELAY),
        ),
    ),
    Table(
        title="The same, of those whose pain rises by 15 mm or more",
        unit="first signal of either rule, % of these patients",
        signals=(
            Signal.T2_OR_T4_ALERT,
            Signal.T1_OR_T4_WATCH,
            Signal.T1,
            Signal.T2,
            Signal.T4_ALERT,
            Signal.T4_WATCH,
        ),
        columns=(
            ("ever", "clear_ever", PERCENT),
            ("within 6", "clear_within_6", PERCENT),
            ("within 4", "clear_within_4", PERCENT),
        ),
    ),
    Table(
        title="What all others get: false alerts and the load on staff",
        unit="per patient-month, but for the first column",
        signals=tuple(signal for signal in Signal if signal != Signal.T1_OR_T4_WATCH),
        columns=(
            ("ever, %", "others_ever", PERCENT),
            ("raw", "others_raw", RATE),
            ("issued, resolved", "others_issued_resolved", RATE),
            ("issued, left open", "others_issued_left_open", RATE),
        ),
    ),
    Table(
        title="The same for all patients",
        unit="per patient-month",
        signals=(
            Signal.T1,
            Signal.T2,
            Signal.T3,
            Signal.T5_GATE,
            Signal.T5_ALERT,
            Signal.DQ,
        ),
        columns=(
            ("raw", "all_raw", RATE),
            ("issued, resolved", "all_issued_resolved", RATE),
            ("issued, left open", "all_issued_left_open", RATE),
        ),
    ),
    Table(
        title="Single sessions",
        unit="true: exercise raised pain by 20 mm or more; told: with a value after it",
        signals=(Signal.T1, Signal.T2),
        columns=(
            ("found, % of true", "sessions_found", PERCENT),
            ("of true and told", "sessions_found_if_told", PERCENT),
            ("on calm ones, a month", "on_calm_sessions", RATE),
            ("right by exercise, %", "right_by_exercise", PERCENT),
            ("by any cause, %", "right_by_any_cause", PERCENT),
        ),
    ),
)
NOTES: Final = """\
These patients are made up. The figures compare policies; they are no proof of
clinical value. In brackets: the standard error, over patients. Shares of patients:
half of Wilson's interval at z = 1; delays: bootstrap; others: of a ratio, at
least of one event. (?): too few patients, or all alike, to tell.
  raw                the raw rule with the reference simulator's cooldown: T3 and T4
                     once in 14 days, T5 once in 28, others every session
  issued, resolved   alerts as issued by the product, each resolved by a therapist
                     before the next session
  issued, left open  the same, and nobody ever resolves one"""
LABEL_WIDTH: Final = 16
GAP: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a run was made with."""

    policy: str
    policy_digest: str
    seed: int
    patients: int
    processes: int
    seconds: float


def as_mapping(
    observations: Sequence[Observation], *, facts: RunFacts
) -> dict[str, Any]:
    """Return everything as plain values; an unknown figure is null."""
    return asdict(facts) | {
        "months_per_patient": MONTHS,
        "population": _plain(population_of(observations)),
        "figures": {
            signal.value: _plain(figures)
            for signal, figures in figures_of(observations, seed=facts.seed).items()
        },
    }


def as_text(observations: Sequence[Observation], *, facts: RunFacts) -> str:
    """Return the report that a person reads."""
    figures = figures_of(observations, seed=facts.seed)
    head = (
        f"{facts.patients} synthetic patients, seed {facts.seed}, policy "
        f"{facts.policy} ({facts.policy_digest[:12]}), {facts.seconds:.0f} s"
    )
    lines = [
        head,
        *_population(population_of(observations)),
        "",
        NOTES,
    ]
    for table in TABLES:
        lines += ["", table.title, f"({table.unit})", *_rows(table, figures=figures)]
    return "\n".join(lines)


def _population(population: Mapping[str, Estimate]) -> Iterator[str]:
    def percent(name: str) -> str:
        return _cell(population[name], style=PERCENT)

    kinds = ", ".join(f"{kind} {percent(f'share_{kind}')}" for kind in Kind)
    yield f"Patients, %: {kinds}, of all with a rise of 15 mm {percent('share_clear')}"
    missing = ", ".join(
        f"without {label} {percent(name)}"
        for label, name in (
            ("24 h", "without_h24"),
            ("48 h", "without_h48"),
            ("both", "without_both"),
        )
    )
    yield f"Sessions, %: {missing}, true flares {percent('true_flare_sessions')}"


def _rows(
    table: Table, *, figures: Mapping[Signal, Mapping[str, Estimate]]
) -> Iterator[str]:
    rows = [["", *(label for label, _, _ in table.columns)]]
    rows += [
        [
            signal.replace("_", " "),
            *(
                _cell(figures[signal].get(name), style=style)
                for _, name, style in table.columns
            ),
        ]
        for signal in table.signals
    ]
    widths = [max(map(len, column)) + GAP for column in zip(*rows, strict=True)]
    for label, *cells in rows:
        yield label.ljust(LABEL_WIDTH) + "".join(
            cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)
        )


def _cell(estimate: Estimate | None, *, style: Style) -> str:
    if estimate is None or estimate.value is None:
        return "-"
    value = f"{estimate.value * style.factor:.{style.decimals}f}"
    if estimate.error is None:
        return f"{value} (?)"
    return f"{value} ({estimate.error * style.factor:.{style.decimals}f})"


def _plain(figures: Mapping[str, Estimate]) -> dict[str, Any]:
    return {name: asdict(estimate) for name, estimate in figures.items()}
