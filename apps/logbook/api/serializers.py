"""The shapes that the API shows but that come in part from elsewhere.

Answers stand in ``apps.logbook.answers``: services keep them as earlier versions.
"""

from apps.logbook.entry import CheckInEntry, SessionEntry, correction_of

# For the document alone: what a PATCH may hold. It is judged with the whole record.
SessionCorrection = correction_of(SessionEntry)
CheckInCorrection = correction_of(CheckInEntry)
