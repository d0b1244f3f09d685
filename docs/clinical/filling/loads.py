"""Units, the 1RM and the working load."""

from decimal import Decimal

from apps.clinical import one_rep_max as rules
from apps.clinical.one_rep_max import EQUATIONS, OneRepMax, Trial
from apps.clinical.scales import pain_mm_from_nrs11
from apps.clinical.units import Load, LoadUnit, lb_from_kg
from apps.clinical.working_load import PerformedSet, volume_load_kg
from apps.clinical.working_load import working_load as load_of

from ..shown import number, plain, signed, table

FORTY = Decimal(40)


def units() -> dict[str, str]:
    """Return a load in pounds, and a number of 0-10 in mm."""
    typed = Load(value=Decimal(70), unit=LoadUnit.LB)
    return {
        "typed_lb": number(typed.value),
        "kept_kg": number(typed.kg),
        "back_lb": number(lb_from_kg(typed.kg)),
        "points": "4",
        "points_mm": number(pain_mm_from_nrs11(4)),
    }


def one_rep_max() -> dict[str, str]:
    """Return one test, one set with every equation, and a comparison of two tests."""
    direct = rules.direct_one_rep_max(_TRIALS)
    set_kg, reps = Decimal(50), 8
    estimates = [
        (
            one.name,
            _written(one.formula),
            f"{one.hint_min_repetitions}-{one.hint_max_repetitions}",
            f"{number(_estimate(slug, set_kg, reps).one_rep_max_kg)} kg",
        )
        for slug, one in EQUATIONS.items()
    ]
    later = Decimal(90)
    return {
        "trials": ", ".join(_told(one) for one in _TRIALS),
        "direct_kg": number(direct.one_rep_max_kg),
        "equations": table(
            (
                "equation",
                "formula",
                "hint: repetitions",
                f"{number(set_kg)} kg, {reps} repetitions",
            ),
            estimates,
        ),
        "later_kg": number(later),
        "change_pct": signed(
            100 * (later - direct.one_rep_max_kg) / direct.one_rep_max_kg, decimals=1
        ),
        "beyond": "is" if _is_beyond(direct, later) else "is not",
    }


def working_load() -> dict[str, str]:
    """Return a share of two 1RM on a machine, and a volume."""
    one_rm_kg, small_kg, reps = Decimal(83), Decimal(5), 15
    load = load_of(one_rep_max_kg=one_rm_kg, percent_1rm=FORTY)
    small = load_of(one_rep_max_kg=small_kg, percent_1rm=FORTY)
    sets = [PerformedSet(repetitions=reps, load_kg=load.load_kg)] * 2
    return {
        "share": number(FORTY),
        "one_rm_kg": number(one_rm_kg),
        "small_one_rm_kg": number(small_kg),
        "reps": str(reps),
        "share_kg": number(one_rm_kg * FORTY / 100),
        "load_kg": number(load.load_kg),
        "really_pct": number(load.percent_1rm, decimals=1),
        "small_share_kg": number(small_kg * FORTY / 100),
        "small_kg": number(small.load_kg),
        "ask": "the person must be asked" if small.must_ask else "nobody is asked",
        "volume_kg": number(volume_load_kg(sets)),
    }


_TRIALS = (
    Trial(load_kg=Decimal(75), repetitions=1, successful=True),
    Trial(load_kg=Decimal(83), repetitions=1, successful=True),
    Trial(load_kg=Decimal(85), repetitions=1, successful=False),
)


def _told(trial: Trial) -> str:
    return f"{number(trial.load_kg)} kg {'lifted' if trial.successful else 'not'}"


def _estimate(slug: str, load_kg: Decimal, reps: int) -> OneRepMax:
    return rules.estimate_one_rep_max(load_kg=load_kg, repetitions=reps, equation=slug)


def _is_beyond(direct: OneRepMax, later_kg: Decimal) -> bool | None:
    later = rules.direct_one_rep_max(
        [Trial(load_kg=later_kg, repetitions=1, successful=True)]
    )
    return rules.change_beyond_noise(previous=direct, current=later)


def _written(formula: str) -> str:
    return plain(formula).replace("-0.", "−0.")
