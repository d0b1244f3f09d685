"""What a phone loads before the first page stands: little, whatever is added later."""

import gzip
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from apps.patient_app.device import KEPT_FILES

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("I5")]
FIRST_LOAD_BYTES = 100 * 1024


def compressed(content: bytes) -> int:
    return len(gzip.compress(content, compresslevel=6))


def test_first_load_stays_within_100_kb_compressed(phone):
    page = compressed(phone.get("/").content)
    files = {
        name: compressed(Path(finders.find(name)).read_bytes()) for name in KEPT_FILES
    }
    worker = compressed(phone.get("/service-worker.js").content)

    assert page + worker + sum(files.values()) < FIRST_LOAD_BYTES, files


def test_every_module_of_the_first_page_is_kept_on_the_phone():
    folder = Path(finders.find("patient_app/app.js")).parent
    wanted, known = ["app.js"], set()
    while wanted:
        name = wanted.pop()
        known.add(f"patient_app/{name}")
        for line in (folder / name).read_text().splitlines():
            if line.startswith("import ") and line.endswith('.js";'):
                imported = line.rpartition("./")[2].removesuffix('";')
                if f"patient_app/{imported}" not in known:
                    wanted.append(imported)

    assert known <= set(KEPT_FILES)
