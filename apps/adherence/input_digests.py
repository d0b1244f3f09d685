"""From which rows a programme's outcomes were made, as one short text.

Versions and keys stand for content: whatever is corrected is one version higher. The
rows of sets are not read. The clinic's own numbers of adherence belong to it: they say
when somebody counts as dropped out.
"""

from collections.abc import Sequence
from typing import Final

from django.db import connection

# Sums of hashes, so that the order of rows does not matter.
DIGEST: Final = """
    md5(concat_ws('|', programme.status, programme.starts_on, programme.ended_on,
        programme.template_id, clinic.time_zone,
        (SELECT nullif(adherence_policy, '{}') FROM programmes_clinicrules
            WHERE clinic_id = programme.clinic_id ORDER BY version DESC LIMIT 1),
        (SELECT sum(hash_record_extended(ROW(id, starts_at, original_starts_at,
                minutes, status, status_before, excuse_reason, excused_late), 0))
            FROM programmes_plannedsession WHERE programme_id = programme.id),
        (SELECT sum(hash_record_extended(ROW(id, paused_from, paused_until), 0))
            FROM programmes_pause WHERE programme_id = programme.id),
        (SELECT sum(hash_record_extended(ROW(id, position, in_force_from), 0))
            FROM programmes_phaseinforce WHERE programme_id = programme.id),
        (SELECT sum(hash_record_extended(ROW(one.id, slot, position, exercise_id, side,
                exercise.load_kind), 0))
            FROM programmes_prescription AS one
            JOIN exercises_exercise AS exercise ON exercise.id = exercise_id
            WHERE programme_id = programme.id),
        (SELECT sum(hash_record_extended(ROW(load.id, load_kg, in_force_from, sets,
                reps_min), 0))
            FROM programmes_loadinforce AS load
            JOIN programmes_prescription AS one ON one.id = prescription_id
            WHERE programme_id = programme.id),
        (SELECT sum(hash_record_extended(ROW(id, version, voided_at), 0))
            FROM logbook_heldsession
            WHERE clinic_id = programme.clinic_id
                AND patient_id = programme.patient_id),
        (SELECT sum(hash_record_extended(ROW(id, version, voided_at, in_window), 0))
            FROM logbook_checkin
            WHERE clinic_id = programme.clinic_id
                AND patient_id = programme.patient_id)
    ))
"""
SOURCE: Final = """
    programmes_programme AS programme
    JOIN clinics_clinic AS clinic ON clinic.id = programme.clinic_id
"""
OF_PROGRAMMES: Final = f"""
    SELECT programme.id, {DIGEST} FROM {SOURCE} WHERE programme.id = ANY (%s)
"""  # noqa: S608
STALE: Final = f"""
    SELECT programme.patient_id FROM {SOURCE}
    LEFT JOIN adherence_courseoutcome AS course ON course.programme_id = programme.id
    WHERE programme.id = ANY (%s) AND course.inputs_digest IS DISTINCT FROM {DIGEST}
"""  # noqa: S608


def input_digests(programmes: Sequence[int]) -> dict[int, str]:
    """Return the digest of each programme's rows, by its key."""
    with connection.cursor() as cursor:
        cursor.execute(OF_PROGRAMMES, [list(programmes)])
        return dict(cursor.fetchall())


def stale_patients(programmes: Sequence[int]) -> set[int]:
    """Return whose programmes have no outcomes, or outcomes of other rows."""
    with connection.cursor() as cursor:
        cursor.execute(STALE, [list(programmes)])
        return {patient for (patient,) in cursor.fetchall()}
