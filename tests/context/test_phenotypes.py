"""What pain is taken for: a filter for people, which no rule reads."""

import ast
from pathlib import Path

import pytest

from apps.context.services import PHENOTYPE
from tests.factories.people import make_patient
from tests.factories.surroundings import phenotype_body

from .conftest import PATHS, faults

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B8")]
PHENOTYPES = PATHS[PHENOTYPE]
APPS = Path(__file__).resolve().parents[2] / "apps"


def test_the_newest_of_each_patient_is_what_the_filter_asks(ward):
    ward.entered(PHENOTYPE, assessed_on="2026-03-01", mechanism="nociceptive")
    newer = ward.entered(PHENOTYPE, assessed_on="2026-03-10", mechanism="mixed")
    other = make_patient(ward.clinic, therapist=ward.therapist)
    body = phenotype_body(other, mechanism="nociceptive", sensitisation=None)
    theirs = ward.post(PHENOTYPES, body).json()

    def found(**query):
        return ward.ids(PHENOTYPES, **query)

    assert found(current="true") == [newer["id"], theirs["id"]]
    assert found(current="true", mechanism="nociceptive") == [theirs["id"]]
    assert len(found(mechanism="nociceptive")) == 2
    assert found(current="true", sensitisation="probable") == [newer["id"]]
    assert found(current="true", modulation="typical") == []
    assert found(patient=str(other.public_id)) == [theirs["id"]]


@pytest.mark.parametrize(
    ("said", "where", "rule"),
    [
        ({"wpi": 20}, "/wpi", "max_value"),
        ({"wpi": -1}, "/wpi", "min_value"),
        ({"sss": 13}, "/sss", "max_value"),
        ({"basis": " "}, "/basis", "required"),
        ({"mechanism": None}, "/mechanism", "invalid_choice"),
        ({"mechanism": "psychogenic"}, "/mechanism", "invalid_choice"),
        ({"fear_of_movement": "44"}, "/fear_of_movement", "invalid_choice"),
    ],
)
def test_what_cannot_be_is_refused(ward, said, where, rule):
    assert faults(ward.send(PHENOTYPE, **said)) == [(where, rule)]
    assert ward.counts() == [0, 0, 0, 0]


@pytest.mark.parametrize("wpi", [0, 19, None])
def test_no_place_is_zero_and_not_asked_is_null(ward, wpi):
    assert ward.entered(PHENOTYPE, wpi=wpi)["wpi"] == wpi


def test_no_rule_and_no_other_room_reads_a_phenotype():
    readers = set()
    for path in APPS.rglob("*.py"):
        room = path.relative_to(APPS).parts[0]
        names = {
            name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            for name in (
                getattr(node, "id", None),
                getattr(node, "attr", None),
                getattr(node, "name", None),
            )
            if isinstance(name, str)
        }
        if {"Phenotype", "phenotype", "found_phenotypes"} & names:
            readers.add(room)

    assert readers == {"context"}
