"""The patients of the demo clinic: who they are and how their pain behaves.

All of them are invented. Dates are counted back from today, so the clinic is always in
the middle of its work.
"""

from dataclasses import dataclass
from enum import StrEnum


class Story(StrEnum):
    """How pain answers to exercise."""

    RELIEF = "relief"
    """Lower right after a session and lower over the weeks."""
    STEADY = "steady"
    """A little up after a session, little change over the weeks."""
    SORENESS = "soreness"
    """Sore in the trained muscles after something new, then not any more."""
    HYPERALGESIC = "hyperalgesic"
    """Higher right after and on the next two days, session after session."""
    LATE = "late"
    """As hyperalgesic, from a step in load on."""
    RISING = "rising"
    """The level itself rises over the weeks."""


@dataclass(frozen=True, slots=True)
class Case:
    """One patient: who, in what programme, and with what story.

    ``weeks_ago`` is when the programme began; ``attendance`` and ``diary`` are the
    chances that a slot is attended and that a next-day value is told.
    """

    given_name: str
    family_name: str
    email: str
    birth_year: int
    sex: str
    condition: str
    story: Story
    level_mm: int
    spread_mm: int
    weeks_ago: int
    template: str = "resistance_fm_15w"
    weekdays: tuple[int, ...] = (0, 3)
    hour: int = 10
    attendance: float = 0.9
    diary: float = 0.85
    time_zone: str = "Europe/Stockholm"
    language: str = "sv"
    excused: str = "work"


def _case(
    given_name: str,
    family_name: str,
    birth_year: int,
    condition: str,
    story: Story,
    *,
    level_mm: int,
    weeks_ago: int,
    spread_mm: int = 9,
    sex: str = "female",
    **other: object,
) -> Case:
    return Case(
        given_name=given_name,
        family_name=family_name,
        email=f"{given_name}.{family_name}@patients.demo.example".lower(),
        birth_year=birth_year,
        sex=sex,
        condition=condition,
        story=story,
        level_mm=level_mm,
        spread_mm=spread_mm,
        weeks_ago=weeks_ago,
        **other,  # type: ignore[arg-type]
    )


FM, BACK, OA, NECK = (
    "fibromyalgia",
    "chronic_low_back_pain",
    "osteoarthritis",
    "chronic_neck_pain",
)

ANNA = Case(
    given_name="Anna",
    family_name="Lindqvist",
    email="anna@demo.example",
    birth_year=1981,
    sex="female",
    condition=FM,
    story=Story.RELIEF,
    level_mm=56,
    spread_mm=8,
    weeks_ago=6,
    attendance=0.95,
    diary=0.95,
    language="en",
)
CASES = (
    ANNA,
    # The one a newcomer should find: sustained, and well documented.
    _case(
        "Birgitta",
        "Holm",
        1968,
        FM,
        Story.HYPERALGESIC,
        level_mm=51,
        weeks_ago=5,
        spread_mm=6,
        attendance=1.0,
        diary=0.95,
    ),
    # Sore after each new step, which is no reason for alarm.
    _case(
        "Cecilia",
        "Nordin",
        1990,
        FM,
        Story.SORENESS,
        level_mm=44,
        weeks_ago=6,
        spread_mm=6,
        diary=0.95,
    ),
    # Comes, but tells nothing on the days after: nothing can be said about her.
    _case(
        "Dagny",
        "Ek",
        1959,
        FM,
        Story.STEADY,
        level_mm=60,
        weeks_ago=7,
        diary=0.05,
    ),
    _case("Elsa", "Sandberg", 1975, FM, Story.RELIEF, level_mm=63, weeks_ago=11),
    _case("Fatima", "Haddad", 1984, FM, Story.LATE, level_mm=48, weeks_ago=10),
    _case("Gun", "Wallin", 1962, FM, Story.STEADY, level_mm=58, weeks_ago=14),
    _case(
        "Hanna",
        "Åkerström-Lundgren",
        1993,
        FM,
        Story.STEADY,
        level_mm=39,
        weeks_ago=2,
    ),
    _case(
        "Ingrid",
        "Fors",
        1957,
        OA,
        Story.RELIEF,
        level_mm=42,
        weeks_ago=9,
        template="aerobic_start",
        weekdays=(1, 4, 6, 2),
        hour=9,
    ),
    _case(
        "Jan",
        "Björk",
        1965,
        BACK,
        Story.RELIEF,
        level_mm=38,
        weeks_ago=8,
        sex="male",
        template="resistance_large_muscle",
        weekdays=(1, 4),
        hour=13,
    ),
    _case(
        "Karin",
        "Hedlund",
        1971,
        NECK,
        Story.STEADY,
        level_mm=47,
        weeks_ago=6,
        template="mind_body",
        weekdays=(2, 5),
        hour=16,
    ),
    _case(
        "Lars",
        "Engström",
        1954,
        OA,
        Story.STEADY,
        level_mm=35,
        weeks_ago=12,
        sex="male",
        template="aquatic",
        weekdays=(1, 3),
        hour=11,
    ),
    _case(
        "Malin",
        "Dahl",
        1988,
        FM,
        Story.STEADY,
        level_mm=55,
        weeks_ago=8,
        attendance=0.45,
        excused="illness",
    ),
    _case("Nour", "Saleh", 1979, FM, Story.RELIEF, level_mm=66, weeks_ago=4),
    _case(
        "Olof",
        "Strand",
        1969,
        BACK,
        Story.STEADY,
        level_mm=41,
        weeks_ago=3,
        sex="male",
        template="resistance_large_muscle",
        weekdays=(0, 3),
        hour=15,
    ),
    _case("Petra", "Vik", 1986, FM, Story.RISING, level_mm=40, weeks_ago=12),
    _case("Rut", "Norberg", 1950, OA, Story.RELIEF, level_mm=45, weeks_ago=24),
    _case("Siv", "Ahlgren", 1966, FM, Story.STEADY, level_mm=52, weeks_ago=30),
    _case(
        "Tova",
        "Lind",
        1995,
        NECK,
        Story.RELIEF,
        level_mm=36,
        weeks_ago=7,
        template="relaxation_15w",
        weekdays=(1, 4),
        hour=17,
    ),
    _case("Ulla", "Persson", 1963, FM, Story.STEADY, level_mm=59, weeks_ago=44),
    _case("Viola", "Grahn", 1977, FM, Story.RELIEF, level_mm=61, weeks_ago=51),
    _case(
        "Wei",
        "Chen",
        1982,
        BACK,
        Story.STEADY,
        level_mm=33,
        weeks_ago=5,
        template="resistance_large_muscle",
        weekdays=(2, 5),
        language="zh-hans",
    ),
    _case(
        "Yvonne",
        "Källström",
        1973,
        FM,
        Story.STEADY,
        level_mm=57,
        weeks_ago=1,
        attendance=1.0,
    ),
    # Invited and tested; starts next week.
    _case("Åsa", "Öberg", 1987, "other", Story.STEADY, level_mm=49, weeks_ago=-1),
)
OTHER_CASES = (
    _case(
        "Greta",
        "Holst",
        1970,
        FM,
        Story.HYPERALGESIC,
        level_mm=50,
        weeks_ago=6,
        spread_mm=6,
        attendance=1.0,
        diary=0.95,
    ),
    _case(
        "Henrik", "Moe", 1961, BACK, Story.RELIEF, level_mm=37, weeks_ago=7, sex="male"
    ),
)
