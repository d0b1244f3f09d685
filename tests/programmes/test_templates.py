"""Template files: what is shipped, and that a version never changes."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.common.tenancy import across_clinics
from apps.exercises.catalogue_file import shared_exercises
from apps.programmes import services
from apps.programmes.calendar import number_of_sessions
from apps.programmes.models import ProgrammeTemplate
from apps.programmes.plan import TemplatePlan, plan_of
from apps.programmes.services.templates import FOLDER, TemplateFileError, columns

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("B2")]

SHIPPED = {
    "aerobic_start",
    "aquatic",
    "hiit",
    "mind_body",
    "relaxation_15w",
    "resistance_fm_15w",
    "resistance_large_muscle",
}


def shipped(key):
    path = FOLDER / f"{key}.v1.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path):
    """Return a folder that holds one valid template."""
    write(tmp_path, shipped("resistance_fm_15w"))
    return tmp_path


def write(folder, content, **layout):
    (folder / "one.json").write_text(json.dumps(content, **layout), encoding="utf-8")


def test_load_templates_stores_every_shipped_file():
    report = services.load_templates()

    assert (report.loaded, report.unchanged) == (7, 0)
    assert set(ProgrammeTemplate.objects.values_list("key", flat=True)) == SHIPPED
    assert set(ProgrammeTemplate.objects.values_list("version", flat=True)) == {1}


def test_load_templates_twice_changes_nothing():
    services.load_templates()

    report = services.load_templates()

    assert (report.loaded, report.unchanged) == (0, 7)
    assert ProgrammeTemplate.objects.count() == 7


def test_the_trials_template_says_what_the_specification_says():
    services.load_templates()
    template = ProgrammeTemplate.objects.get(key="resistance_fm_15w")

    plan = plan_of(template)

    phases = [
        (
            each.position,
            each.weeks.as_pair(),
            each.percent_1rm,
            each.reps.as_pair(),
            each.sets,
            each.rest_s,
        )
        for each in plan.phases
    ]
    assert phases == [
        (1, (1, 2), 40, (15, 20), 2, 45),
        (2, (3, 4), 50, (12, 15), 2, 45),
        (3, (5, 8), 60, (10, 12), 2, 45),
        (4, (9, 11), 70, (8, 10), 2, 45),
        (5, (12, 15), 80, (5, 8), 2, 45),
    ]
    assert (plan.weeks, plan.sessions_per_week, plan.min_gap_hours) == (15, 2, 48)
    assert (plan.session_minutes, plan.cool_down) == (60, "stretching")
    assert (plan.warm_up.activity, plan.warm_up.minutes) == ("cycle_ergometer", 10)
    assert plan.warm_up.rpe.as_pair() == (9, 12)
    assert plan.one_rm_test_weeks == (0, 4, 8, 12)
    assert [(each.from_week, each.level) for each in plan.explosive] == [(5, 1), (8, 2)]
    assert number_of_sessions(plan) == 30
    assert "10.1016/j.ynpai.2023.100114" in template.source


def test_the_trials_template_fills_the_regions_of_the_trial():
    plan = TemplatePlan.parse(shipped("resistance_fm_15w"))

    slots = [(slot.exercise, slot.region) for slot in plan.slots]

    assert slots == [
        ("leg_press", "legs"),
        ("knee_extension", "legs"),
        ("knee_flexion", "legs"),
        ("heel_raise", "legs"),
        ("rowing", "back"),
        ("biceps_curl", "arms"),
        ("chest_press", "arms"),
        ("hand_grip", "hands"),
        ("plank", "stomach"),
        ("back_extension_hold", "back"),
        ("abdominal_draw", "stomach"),
    ]


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("weeks", "S1"),
        ("sessions_per_week", "S1"),
        ("min_gap_hours", "D"),
        ("session_minutes", "S1"),
        ("one_rm_test_weeks", "D"),
        ("novelty", "D"),
    ],
)
def test_the_constants_of_the_trials_template_carry_their_marks(name, mark):
    assert TemplatePlan.parse(shipped("resistance_fm_15w")).marks[name] == mark


def test_what_is_unknown_about_the_trial_is_marked_unknown():
    plan = TemplatePlan.parse(shipped("resistance_fm_15w"))

    assert [each.marks for each in plan.explosive] == [
        {"from_week": "S1", "level": "U"},
        {"from_week": "S1", "level": "U"},
    ]
    assert [phase.marks["percent_1rm"] for phase in plan.phases] == [
        "S1",
        "D",
        "D",
        "S1",
        "S1",
    ]


@pytest.mark.parametrize("key", sorted(SHIPPED))
def test_every_shipped_slot_names_exercises_of_the_catalogue_in_its_region(key):
    regions = {each.slug: each.region for each in shared_exercises()}

    for slot in TemplatePlan.parse(shipped(key)).slots:
        assert {regions[slug] for slug in slot.choices} == {slot.region}


@pytest.mark.parametrize(
    ("key", "frequencies"),
    [
        ("aerobic_start", [2] * 4 + [3] * 4 + [4] * 4),
        ("hiit", [2] * 8),
        ("mind_body", [2] * 12),
        ("aquatic", [2] * 12),
        ("resistance_large_muscle", [2] * 15),
        ("relaxation_15w", [2] * 15),
    ],
)
def test_the_other_templates_have_their_weeks_and_frequencies(key, frequencies):
    plan = TemplatePlan.parse(shipped(key))

    weeks = range(1, plan.weeks + 1)
    assert [plan.frequency(week) for week in weeks] == frequencies


def test_intensities_keep_their_basis():
    aerobic = TemplatePlan.parse(shipped("aerobic_start"))
    first = aerobic.phases[0].intensity

    assert (first.basis, first.low_pct, first.high_pct) == ("hrmax", 60, 65)
    assert all(phase.percent_1rm is None for phase in aerobic.phases)


def test_a_changed_version_is_refused_and_nothing_is_loaded(folder):
    services.load_templates(folder=folder)
    content = shipped("resistance_fm_15w")
    content["phases"][0]["percent_1rm"] = 45
    write(folder, content)
    other = shipped("hiit")
    (folder / "a_new_one.json").write_text(json.dumps(other), encoding="utf-8")

    with pytest.raises(services.TemplateChangedError, match="version 2") as refusal:
        services.load_templates(folder=folder)

    assert "one.json" in refusal.value.detail
    assert "resistance_fm_15w version 1" in refusal.value.detail
    assert not ProgrammeTemplate.objects.filter(key="hiit").exists()
    stored = ProgrammeTemplate.objects.get(key="resistance_fm_15w")
    assert stored.content["phases"][0]["percent_1rm"] == 40


def test_a_new_version_stands_beside_the_old_one(folder):
    services.load_templates(folder=folder)
    content = shipped("resistance_fm_15w") | {"version": 2}
    content["phases"][0]["percent_1rm"] = 45
    write(folder, content)

    report = services.load_templates(folder=folder)

    assert report.loaded == 1
    templates = ProgrammeTemplate.objects.order_by("version")
    assert [plan_of(each).phase(1).percent_1rm for each in templates] == [40, 45]


def test_another_layout_of_the_file_is_no_change(folder):
    services.load_templates(folder=folder)
    content = shipped("resistance_fm_15w")
    write(folder, dict(reversed(content.items())), indent=4)

    assert services.load_templates(folder=folder).unchanged == 1


def without_mark(content):
    del content["phases"][0]["marks"]["percent_1rm"]


def with_stray_mark(content):
    content["marks"]["colour"] = "D"


def with_unknown_mark(content):
    content["marks"]["weeks"] = "X"


def with_a_week_missing(content):
    content["phases"][1]["weeks"] = [4, 4]


def with_a_week_too_many(content):
    content["phases"][4]["weeks"] = [12, 16]


def with_too_much(content):
    content["phases"][0]["percent_1rm"] = 101


def with_repetitions_backwards(content):
    content["phases"][0]["reps"] = [20, 15]


def with_a_slot_twice(content):
    content["slots"].append(content["slots"][0])


def with_a_late_test(content):
    content["one_rm_test_weeks"] = [0, 16]


def with_a_typing_error(content):
    content["wekks"] = content.pop("weeks")


def with_an_unmarked_dose(content):
    content["slots"][-1]["dose"]["marks"] = {"sets": "D"}


@pytest.mark.parametrize(
    "spoil",
    [
        without_mark,
        with_stray_mark,
        with_unknown_mark,
        with_a_week_missing,
        with_a_week_too_many,
        with_too_much,
        with_repetitions_backwards,
        with_a_slot_twice,
        with_a_late_test,
        with_a_typing_error,
        with_an_unmarked_dose,
    ],
)
def test_a_file_that_breaks_a_rule_is_refused(folder, spoil):
    content = shipped("resistance_fm_15w")
    spoil(content)
    write(folder, content)

    with pytest.raises(TemplateFileError, match=r"one\.json"):
        services.load_templates(folder=folder)

    assert not ProgrammeTemplate.objects.exists()


def test_a_file_that_is_not_json_is_refused(folder):
    (folder / "one.json").write_text("{", encoding="utf-8")

    with pytest.raises(TemplateFileError, match="not readable JSON"):
        services.load_templates(folder=folder)


def test_the_command_says_what_it_loaded():
    out = StringIO()

    call_command("load_templates", stdout=out)
    call_command("load_templates", stdout=out)

    assert out.getvalue().splitlines() == [
        "7 template(s) loaded, 0 unchanged.",
        "0 template(s) loaded, 7 unchanged.",
    ]


def test_the_command_fails_when_a_stored_version_was_edited():
    with across_clinics():
        edited = shipped("hiit") | {"weeks": 9}
        ProgrammeTemplate.objects.create(
            **columns(TemplatePlan.parse(shipped("hiit")), content=edited),
            key="hiit",
            version=1,
        )

    with pytest.raises(CommandError, match=r"hiit\.v1\.json"):
        call_command("load_templates")


def test_a_phase_is_the_one_of_the_core():
    phase = TemplatePlan.parse(shipped("resistance_fm_15w")).phase(4).as_rule()

    assert (phase.first_week, phase.last_week) == (9, 11)
    assert (phase.percent_1rm, phase.reps_min, phase.reps_max) == (Decimal(70), 8, 10)
