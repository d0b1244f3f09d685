"""Days and times as they are written in English.

In the letters of Django's date formats; every language has the same names.
"""

WEEKDAY_DAY_TIME_FORMAT = "l j F, H:i"
WEEKDAY_DAY_FORMAT = "l j F"
WEEKDAY_TIME_FORMAT = "l H:i"
SHORT_WEEKDAY_TIME_FORMAT = "D H:i"
SHORT_DAY_YEAR_FORMAT = "j M Y"
SHORT_DAY_FORMAT = "j M"
DAY_TIME_FORMAT = "j F Y, H:i"
DAY_FORMAT = "j F Y"
MONTH_DAY_TIME_FORMAT = "j F, H:i"
WEEKDAY_FORMAT = "l"
WEEKDAY_DAY_YEAR_FORMAT = "l j F Y"
CLOCK_FORMAT = "H:i"
WEEKDAY_DAY_YEAR_TIME_FORMAT = "l j F Y, H:i"
# In a cell of a calendar there is room for six letters.
CALENDAR_DAY_FORMAT = "j M"
