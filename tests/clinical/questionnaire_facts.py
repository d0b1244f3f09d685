"""An instrument told in lines, as a person would check it against the paper."""

import re
from itertools import pairwise

from apps.clinical.questionnaires.instrument import Instrument, Item, ScoreRule


def facts(instrument: Instrument) -> str:
    """Return everything that scoring, banding and comparing stand on."""
    recall = instrument.recall
    lines = [
        (
            f"{instrument.key} {instrument.version}, {len(instrument.items)} items, "
            f"recall {recall.days} [{recall.mark}], licence [{instrument.licence.mark}]"
            f"{', option scores from the clinic' * instrument.needs_option_scores}"
        )
    ]
    told: dict[str, list[str]] = {}
    for item in instrument.items:
        told.setdefault(item_facts(item), []).append(item.code)
    lines += [f"{runs(codes)}: {text}" for text, codes in told.items()]
    for rule in instrument.scores:
        lines += score_facts(rule)
    return "\n".join(lines)


def item_facts(item: Item) -> str:
    options = " ".join(f"{each.code}={each.score}" for each in item.options)
    line = f"{item.minimum}..{item.maximum} by {item.step}"
    turned = {True: " reversed", False: "", None: " reversed?"}[item.is_reversed]
    left_out = " may be left out" * item.may_be_left_out
    return f"{item.section} {item.kind} {options or line}{turned}{left_out}"


def score_facts(rule: ScoreRule) -> list[str]:
    loinc = f" loinc {rule.loinc}" if rule.loinc else ""
    lines = [
        (
            f"{rule.role} {rule.code} = {rule.combine} of {runs(rule.of)} "
            f"x {rule.factor} [{rule.mark}], "
            f"needs {rule.min_answered} [{rule.min_answered_mark}], "
            f"{rule.minimum}..{rule.maximum}{' clamped' * rule.is_clamped} "
            f".{rule.decimals} {rule.direction}{loinc}"
        )
    ]
    for scheme in rule.bands:
        first, *rest = scheme.steps
        steps = [first.code] + [
            f"> {step.above} {step.code}"
            if step.above is not None
            else f">= {step.at_least} {step.code}"
            for step in rest
        ]
        lines.append(f"  bands {scheme.code} [{scheme.mark}]: {', '.join(steps)}")
    lines += [
        f"  change {each.code} >= {each.at_least} {each.unit} [{each.mark}]"
        for each in rule.thresholds
    ]
    lines += [f"  average {each.value} [{each.mark}]" for each in rule.references]
    return lines


def runs(codes: list[str] | tuple[str, ...]) -> str:
    """Return the codes with every unbroken run told by its two ends."""
    groups = [[codes[0]]]
    for code, following in pairwise(codes):
        if following == successor(code):
            groups[-1].append(following)
        else:
            groups.append([following])
    return " ".join(
        f"{group[0]}-{group[-1]}" if len(group) > 1 else group[0] for group in groups
    )


def successor(code: str) -> str:
    number = re.search(r"[0-9]+$", code)
    if number:
        return f"{code[: number.start()]}{int(number[0]) + 1}"
    return f"{code[:-1]}{chr(ord(code[-1]) + 1)}"
