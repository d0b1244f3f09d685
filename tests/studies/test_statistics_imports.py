"""Arrays stay out of the web process: they cost memory and start-up time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARRAYS = {"numpy", "scipy", "pandas", "pyarrow", "statsmodels"}

pytestmark = pytest.mark.requirement("L2")

# What a web process does before its first request, and every route with its view.
WEB_PROCESS = """
import json, sys
from eihtrack.wsgi import application
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

def views(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        else:
            yield pattern.callback

routes = len(list(views(get_resolver().url_patterns)))
top = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"routes": routes, "imported": top}))
"""

STATISTICS = """
import json, sys
from apps.studies.statistics import anova, display, quartiles, ranks, responders, values
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def printed_by(script):
    finished = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "eihtrack.settings.test", "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    return json.loads(finished.stdout)


def test_the_web_process_imports_no_arrays():
    process = printed_by(WEB_PROCESS)

    assert process["routes"] > 50
    assert "django" in process["imported"]
    assert ARRAYS & set(process["imported"]) == set()


def test_the_statistics_import_arrays_and_no_django():
    imported = set(printed_by(STATISTICS))

    assert {"numpy", "scipy"} <= imported
    assert {"django", "celery", "pydantic"} & imported == set()
