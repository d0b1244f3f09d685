import os, io, time, resource, tracemalloc
from pathlib import Path
import pytest
from django.core.management import call_command
from apps.logbook.models import DiaryRating
from tests.factories.people import make_clinic, make_patient
pytestmark = pytest.mark.django_db
@pytest.mark.parametrize("name,region", [("Participant2PainNew.csv","Knee Pain"),("Participant2PainNew.csv","back pain"),("Participant3KneePain.csv","Knee Pain"),("Participant8PainNew.csv","Knee Pain"),("Participant8PainNew.csv","Dizziness"),("Participant8PainNew.csv","Hip Pain")])
def test_real(name, region):
    p = make_patient(make_clinic())
    f = Path(os.environ["DIARIES"])/name
    for extra in (["--dry-run"],[],[]):
        out=io.StringIO(); tracemalloc.start(); t=time.perf_counter()
        call_command("import_diary", str(f), "--patient", p.email, "--region", region, *extra, stdout=out)
        d=time.perf_counter()-t; peak=tracemalloc.get_traced_memory()[1]; tracemalloc.stop()
        print(name, extra, f"{d:.2f}s peak {peak/1e6:.1f}MB rss {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}", DiaryRating.objects.count())
        print(out.getvalue())
