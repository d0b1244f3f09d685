"""What the simulator takes for granted about patients.

Source:
    Marked as in `apps.clinical`. [S1] and [O:n] gave the size of a number, never a
    model: that days hang together by an AR(1) process, that spreads are log-normal,
    all effects of exercise and all rates of missing values are ours [D].
"""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How a person's pain answers exercise."""

    HYPOALGESIC = "hypoalgesic"
    NEUTRAL = "neutral"
    SORE = "sore"
    HYPERALGESIC = "hyperalgesic"


WEEKS: Final = 15  # [S1]
TRAINING_DAYS: Final = (0, 3)  # [S1] twice a week; [D] Monday and Thursday
SESSIONS: Final = WEEKS * len(TRAINING_DAYS)
RUN_IN_DAYS: Final = 7  # [D] one value a day
DAYS_AFTER: Final = 5  # [D] so that the last session has its two days
# [D] the start, and two steps of the load: sessions with something new
NOVEL_SESSIONS: Final = frozenset({0, 1, 2, 9, 10, 15, 16})

USUAL_MEAN_MM: Final = 52.0  # [S1] median 54 before training
USUAL_SPREAD_MM: Final = 20.0  # [S1] quartiles 33.7 and 70.2
USUAL_RANGE_MM: Final = (10.0, 90.0)  # [D]
WITHIN_MEAN_MM: Final = 13.0  # [O:32] [O:33] within a person
WITHIN_SPREAD_MM: Final = 5.0  # [D] between persons; [O:32] has 6.6
WITHIN_RANGE_MM: Final = (4.0, 30.0)  # [D]
DAY_SHARE: Final = 0.6  # [D] of the variance; the rest differs from value to value
DAY_TO_DAY: Final = 0.5  # [D] correlation of two days in a row
TREND_SPREAD_MM: Final = 10.0  # [D] of what 15 weeks of training do

BACKGROUND_A_DAY: Final = 2 / 182  # [O:35] two flares in half a year
BACKGROUND_DAYS_MEDIAN: Final = 5.0  # [D]
BACKGROUND_DAYS_LOG_SPREAD: Final = 0.7  # [D]
BACKGROUND_DAYS_MAX: Final = 30  # [D]
BACKGROUND_RISE_MM: Final = (15.0, 35.0)  # [D]

BAD_SESSION_SHARE: Final = 0.03  # [D] one session that hurts anybody
BAD_SESSION_MM: Final = (30.0, 15.0, 5.0)  # [D]

POOR_REPORTER_SHARE: Final = 0.20  # [D]
MISSING_RUN_IN: Final = 0.20  # [D]
MISSING_PRE: Final = 0.03  # [D]
MISSING_POST: Final = 0.05  # [D]
MISSING_H24: Final = 0.20  # [D] and of poor reporters the next
MISSING_H24_POOR: Final = 0.55  # [D]
MISSING_H48: Final = 0.30  # [D]
MISSING_H48_POOR: Final = 0.65  # [D]
# [D] who hurts more answers less: 3 percentage points for each 10 mm above 50
MISSING_PER_MM: Final = 0.003
MISSING_NEUTRAL_MM: Final = 50.0
MISSING_RANGE: Final = (0.02, 0.95)  # [D]

SHARES: Final = {  # [D]
    Kind.HYPOALGESIC: 0.30,
    Kind.NEUTRAL: 0.30,
    Kind.SORE: 0.20,
    Kind.HYPERALGESIC: 0.20,
}
TRENDS_MM: Final = {  # [S1] 54 before, 31 after; [D] how it parts between the kinds
    Kind.HYPOALGESIC: -18.0,
    Kind.NEUTRAL: -12.0,
    Kind.SORE: -12.0,
    Kind.HYPERALGESIC: 0.0,
}

# [D] right after a session: mean and spread
CALM_IMMEDIATE_MM: Final = {
    Kind.HYPOALGESIC: (-8.0, 4.0),
    Kind.NEUTRAL: (3.0, 4.0),
    Kind.SORE: (3.0, 4.0),
}
# [D] on the three days that follow
CALM_AFTER_MM: Final = {
    Kind.HYPOALGESIC: (-3.0, 0.0, 0.0),
    Kind.NEUTRAL: (3.0, 1.0, 0.0),
}
CALM_ONLY_TRAINED: Final = 0.10  # [D] says so without having soreness

# [O:43] sore muscles peak after 24 to 72 h, [O:44] less so each time
SORENESS_MM: Final = (18.0, 6.0)  # [D] mean and spread of the first time
SORENESS_MIN_MM: Final = 4.0  # [D]
SORENESS_FADES_OVER: Final = 1.5  # [D] sessions until 1/e is left
SORENESS_STARTS: Final = frozenset({0, 9, 15})  # [D] anew with each new load
SORENESS_AFTER: Final = (0.54, 0.60, 0.24)  # [D] of it, felt as pain
SORENESS_TOLD_ABOVE_MM: Final = 5.0  # [D]
SORENESS_TOLD_SHARE: Final = 0.80  # [D]

HYPERALGESIA_MM: Final = (20.0, 6.0)  # [D] mean and spread of a person's own rise
HYPERALGESIA_MIN_MM: Final = 6.0  # [D]
HYPERALGESIA_FROM_START: Final = 0.5  # [D] the other half with a later load
HYPERALGESIA_LATER: Final = range(10, 17)  # [D] sessions, from 0
HYPERALGESIA_SESSIONS: Final = 0.80  # [D] of them that hurt
HYPERALGESIA_VARIES: Final = (0.7, 1.3)  # [D]
HYPERALGESIA_AFTER: Final = (1.0, 0.75, 0.3)  # [D] on the three days that follow
HYPERALGESIA_IMMEDIATE: Final = 0.6  # [D] of it, right after
HYPERALGESIA_IMMEDIATE_SPREAD_MM: Final = 5.0  # [D]
HYPERALGESIA_QUIET_MM: Final = 2.0  # [D] before the onset, and in spared sessions
HYPERALGESIA_ONLY_TRAINED: Final = 0.15  # [D] takes it for sore muscles
