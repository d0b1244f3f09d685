"""Static files as production has them: what the phone keeps is what pages ask for."""

import json
import os
import re
import subprocess
import sys

import pytest

from apps.patient_app.device import KEPT_FILES
from eihtrack.settings.env import ROOT

# Compressing all that libraries bring takes its time.
pytestmark = [pytest.mark.long, pytest.mark.requirement("I1")]


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Return the folder that ``collectstatic`` fills."""
    folder = tmp_path_factory.mktemp("static")
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "eihtrack.settings.production",
        "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "localhost",
        "STATIC_ROOT": str(folder),
    }
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"],
        cwd=ROOT,
        env=env,
        check=True,
    )
    return folder


def test_modules_import_what_the_phone_keeps(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    kept = {names[name] for name in KEPT_FILES}

    imported = {
        f"patient_app/{name}"
        for module in kept
        if module.endswith(".js")
        for name in re.findall(
            r'from "\./([^"]+)"', (collected / module).read_text(encoding="utf-8")
        )
    }

    assert imported
    assert imported <= kept


def test_what_the_phone_loads_first_fits_in_40_kilobytes(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]

    sizes = {
        name: min(each.stat().st_size for each in collected.glob(f"{names[name]}*"))
        for name in KEPT_FILES
    }

    # The rest of the 100 that we allow is for pages and pictures.
    assert sum(sizes.values()) < 40 * 1024, sizes
