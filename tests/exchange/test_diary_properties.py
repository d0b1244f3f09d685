"""Whatever stands in a diary: every row is accounted for, and twice is once."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.exchange import services
from apps.logbook.models import DiaryRating
from tests.factories.people import make_clinic, make_patient

from .diaries import NOW, STAMPED

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M4")]

cells = st.one_of(
    st.sampled_from(["", "0", "1", "2", "31", "2020", "3.2", "11", '"', "=1", "x"]),
    st.text(max_size=5),
)
likely_rows = st.builds(
    ",".join,
    st.tuples(
        st.sampled_from(["Knee Pain", '"knee  pain"', "happiness", '"Knee', ""]),
        st.sampled_from(["0,,0", "1,2,2020", "2,2,2020", "31,2,2020", ",,", "1,,0"]),
        st.sampled_from(["1", "2", "3.2", "3,2", "11", "-1", ""]),
        st.sampled_from(
            ["", "2020-02-01 18:00:00", "2020-02-02 02:30:00", "2020-03-29 02:30:00"]
        ),
    ),
)
texts = st.one_of(likely_rows, st.lists(cells, max_size=8).map(",".join))
lines = st.one_of(
    texts.map(lambda text: text.encode("utf-8", "replace")),
    st.binary(max_size=20),
).map(lambda raw: raw.replace(b"\n", b" ").replace(b"\0", b"?"))


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(lines, max_size=30))
def test_every_row_of_any_diary_is_accounted_for_once(rows):
    content = b"".join(row + b"\n" for row in (STAMPED.encode(), *rows))
    expected_rows = sum(1 for row in rows if row.strip())
    patient = make_patient(make_clinic())

    def take_in(*, dry_run):
        source = io.BytesIO(content)
        preview = services.preview_diary(
            source=source, patient=patient, region="Knee Pain", now=NOW
        )
        if preview.other and not preview.region_rows:
            return None
        return preview, services.import_diary(
            source=source,
            preview=preview,
            patient=patient,
            by=None,
            now=NOW,
            dry_run=dry_run,
        )

    if (dry := take_in(dry_run=True)) is None:
        return
    preview, first = take_in(dry_run=False)
    _, second = take_in(dry_run=False)

    assert preview.rows == first.rows == second.rows == expected_rows
    assert first.imported + first.duplicate + first.other + first.refused == first.rows
    assert len(first.refusals) == first.refused
    assert first.imported == DiaryRating.objects.filter(patient=patient).count()
    assert (dry[1].imported, dry[1].refusals) == (first.imported, first.refusals)
    assert (second.imported, second.duplicate) == (
        0,
        first.imported + first.duplicate,
    )
    assert second.refusals == first.refusals
