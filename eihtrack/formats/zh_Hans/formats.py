"""Days and times as they are written in Simplified Chinese.

In the letters of Django's date formats; every language has the same names.
"""

WEEKDAY_DAY_TIME_FORMAT = "n月j日 l H:i"
WEEKDAY_DAY_FORMAT = "n月j日 l"
WEEKDAY_TIME_FORMAT = "l H:i"
SHORT_WEEKDAY_TIME_FORMAT = "D H:i"
SHORT_DAY_YEAR_FORMAT = "Y年n月j日"
SHORT_DAY_FORMAT = "n月j日"
DAY_TIME_FORMAT = "Y年n月j日 H:i"
DAY_FORMAT = "Y年n月j日"
MONTH_DAY_TIME_FORMAT = "n月j日 H:i"
WEEKDAY_FORMAT = "l"
WEEKDAY_DAY_YEAR_FORMAT = "Y年n月j日 l"
CLOCK_FORMAT = "H:i"
WEEKDAY_DAY_YEAR_TIME_FORMAT = "Y年n月j日 l H:i"
# In a cell of a calendar there is room for six letters.
CALENDAR_DAY_FORMAT = "n/j"
