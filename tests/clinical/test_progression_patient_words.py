"""What a patient reads about a decided load."""

import pytest

from apps.clinical.progression.patient_words import (
    FOR_PATIENTS,
    for_patients,
    own_words_in,
    rule_in,
)
from apps.clinical.progression.table import LOAD_TABLE, Action

pytestmark = pytest.mark.requirement("B4")


def test_every_row_that_can_put_a_load_in_force_has_its_words():
    rows = {row.number for row in LOAD_TABLE if row.action != Action.NO_TRAINING}

    assert rows - {0} <= set(FOR_PATIENTS)


@pytest.mark.parametrize(
    ("reason", "rule", "words"),
    [
        ("Rule 15: Same load.", 15, "As before."),
        ("Rule 13: So far,\nso good.", 13, FOR_PATIENTS[13]),
        ("Rule 99: No such row.", None, "Rule 99: No such row."),
        ("As we tried it.", None, "As we tried it."),
        ("Go slow (instead of rule 12: 40 kg)", None, "Go slow"),
        ("Go\nslow (instead of rule 3: 40 kg)", None, "Go\nslow"),
        ("Go slow (as agreed)", None, "Go slow (as agreed)"),
    ],
)
def test_a_reason_is_a_rows_sentence_or_a_persons_own_words(reason, rule, words):
    assert rule_in(reason) == rule
    assert for_patients(reason) == words


def test_words_stay_when_they_only_begin_like_a_change():
    assert own_words_in("Less (instead of rule 12: 4 (four) kg)") == (
        "Less (instead of rule 12: 4 (four) kg)"
    )
