"""Preview, account and report of a diary as lines of text."""

from collections.abc import Iterator

from .diary.errors import printable, shown
from .diary.preview import DiaryPreview
from .resting import RestingReport, RestingSpan, Spread
from .services import DiaryImport

SHOWN_NAMES = 20
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}


def preview_lines(preview: DiaryPreview) -> Iterator[str]:
    """Say what was recognised in a diary."""
    columns = preview.columns
    yield "Preview"
    yield f"  columns       {', '.join(columns.recognised)}" + (
        f" (ignored: {', '.join(shown(name) for name in columns.ignored)})"
        if columns.ignored
        else ""
    )
    yield f"  separated by  {DELIMITER_NAMES[columns.delimiter]}"
    yield f"  rows          {preview.rows}, {preview.blank_lines} blank lines"
    if preview.windows_lines:
        yield f"  encoding      {preview.windows_lines} lines read as Windows-1252"
    yield "  names"
    for each in preview.names[:SHOWN_NAMES]:
        yield f"    {each.rows:>8}  {printable(each.name[:60])}"
    hidden = sum(each.rows for each in preview.names[SHOWN_NAMES:])
    if rest := hidden + preview.rows_of_further_names:
        yield f"    {rest:>8}  (further names)"
    yield f"  region        {shown(preview.region)}: {preview.region_rows} rows"
    yield f"  ratings       {preview.ratings}, {preview.stamped} with a stamp"
    if preview.first_day is not None:
        yield f"  days          {preview.first_day} to {preview.last_day}"
    yield from _clock_lines(preview)
    yield "  pain in mm    10 x intensity; the original is kept"
    yield f"  refused       {preview.refused}"


def _clock_lines(preview: DiaryPreview) -> Iterator[str]:
    yield f"  zone          {preview.zone.key}"
    inferred = (
        f"the diary suggests {preview.inferred_day_ends_at:%H:%M}, from "
        f"{preview.day_end_evidence} rows with day and stamp"
        if preview.day_end_evidence
        else "no row has day and stamp"
    )
    yield f"  day ends at   {preview.day_ends_at:%H:%M} ({inferred})"
    if preview.stamps_before_day_end:
        yield f"                {preview.stamps_before_day_end} stamps before it"
    for count, what in (
        (preview.days_apart, "days and stamps more than a day apart: the day holds"),
        (preview.skipped_stamps, "stamps that the clocks skipped: read an hour later"),
        (preview.repeated_stamps, "stamps that came twice: the first is taken"),
    ):
        if count:
            yield f"  note          {count} {what}"


def outcome_lines(outcome: DiaryImport) -> Iterator[str]:
    """Say what became of every row."""
    for refusal in outcome.refusals:
        yield f"line {refusal.line} refused: {refusal.reason}"
    if unlisted := outcome.refused - len(outcome.refusals):
        yield f"{unlisted} more lines refused"
    yield (
        f"{outcome.imported} imported, {outcome.duplicate} duplicate, "
        f"{outcome.other} other, {outcome.refused} refused"
    )
    if outcome.is_dry_run:
        yield "Dry run: nothing was stored."
    if outcome.judged_again_from is not None:
        yield f"Sessions from {outcome.judged_again_from:%Y-%m-%d} are judged again."


def report_lines(report: RestingReport) -> Iterator[str]:
    """Say which resting level and variation the detector would have used."""
    yield f"Resting level of {shown(report.region)}, one value a day, in mm"
    if report.overall is None:
        yield "  no value is stored"
        return
    spread = f"{'min':>6}{'q1':>6}{'med':>6}{'q3':>6}{'max':>6}"
    yield f"  {'':20}  {'reference level (ref)':^30}  {'usual variation (sig)':>26}"
    yield (
        f"  {'year':6}{'days':>6}{'median':>8}  {spread}  {spread}"
        f"{'gaps':>7}{'longest':>9}"
    )
    for span in report.years:
        yield _span_line(span)
    yield _span_line(report.overall)
    yield f"  gaps: pauses of more than {report.gap_days} days; longest in days"


def _span_line(span: RestingSpan) -> str:
    label = "all" if span.year is None else str(span.year)
    return (
        f"  {label:6}{span.days:>6}{span.median_mm:>8.1f}  {_spread(span.ref)}  "
        f"{_spread(span.sig)}{span.gaps:>7}{span.longest_gap_days:>9}"
    )


def _spread(spread: Spread) -> str:
    values = (
        spread.least,
        spread.lower_quartile,
        spread.median,
        spread.upper_quartile,
        spread.most,
    )
    return "".join(f"{value:>6.1f}" for value in values)
