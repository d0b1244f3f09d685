"""The words of the clinical rules: stored in rows, sent by the API, in this order."""

import pytest

from apps.clinical import check_in_windows, one_rep_max, phases, scales, units
from apps.clinical.flare import inputs, verdicts

WORDS = {
    check_in_windows.Moment: "pre during post h24 h48 run_in diary",
    scales.PainScale: "VAS NRS11",
    units.LoadUnit: "kg lb",
    one_rep_max.Method: "direct estimated",
    phases.Novelty: (
        "first_sessions after_pause new_phase explosive_work new_exercise"
    ),
    inputs.Location: "only_trained usual both new_place",
    inputs.FlareAnswer: "yes no not_sure",
    inputs.Analgesic: "none usual extra",
    inputs.Family: "flare pattern trend data",
    verdicts.Tier: "T1 T2 T3 T4_WATCH T4_ALERT T5_GATE T5_ALERT DQ",
    verdicts.Severity: "info low moderate high",
    verdicts.Kind: (
        "possible_flare acute_flare sustained_flare hyperalgesia_watch hyperalgesia "
        "rising_pain not_judgeable"
    ),
    verdicts.AlertStatus: "none silent appended raised opened",
    verdicts.ClosedBy: "rest therapist self",
}


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words.__name__)
def test_words_are_what_is_stored(words):
    assert " ".join(words) == WORDS[words]
