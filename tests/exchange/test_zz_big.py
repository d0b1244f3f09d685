import io
import os
import resource
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.factories.people import make_clinic, make_patient

pytestmark = pytest.mark.django_db


def rss():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def test_big(tmp_path):
    p = make_patient(make_clinic())
    for rows in (20_000, 400_000):
        f = tmp_path / f"{rows}.csv"
        s = datetime(1950 if rows > 20000 else 2000, 1, 1)
        with f.open("w") as h:
            h.write("name,startday,startmonth,startyear,intensity,date\n")
            for i in range(rows):
                h.write(
                    f"Knee Pain,0,,0,3,{s + timedelta(minutes=i * 7)}\nhappiness,0,,0,3,{s + timedelta(minutes=i * 7)}\n"
                )
        for k in (1, 2):
            t = time.perf_counter()
            out = io.StringIO()
            call_command(
                "import_diary",
                str(f),
                "--patient",
                p.email,
                "--region",
                "Knee Pain",
                stdout=out,
            )
            print(
                rows,
                f.stat().st_size,
                f"{time.perf_counter() - t:.1f}s rss {rss()} MB",
                [l for l in out.getvalue().splitlines() if "imported" in l],
                flush=True,
            )
    if os.environ.get("DIARIES"):
        for name in sorted(Path(os.environ["DIARIES"]).glob("*.csv")):
            p = make_patient(make_clinic())
            for k in (1, 2):
                out = io.StringIO()
                t = time.perf_counter()
                call_command(
                    "import_diary",
                    str(name),
                    "--patient",
                    p.email,
                    "--region",
                    "Knee Pain",
                    stdout=out,
                )
                print(name.name, f"{time.perf_counter() - t:.2f}s")
            print(out.getvalue())
