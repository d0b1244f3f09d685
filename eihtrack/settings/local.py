"""One machine, demo data, no second factor for the demo's accounts."""

from pathlib import Path

from .base import *  # noqa: F403
from .base import INSTALLED_APPS
from .env import ROOT, env

DEBUG = True
DEMO = True
SECRET_KEY = env.str("SECRET_KEY", default="local-only-never-use-this-in-production")
ALLOWED_HOSTS = ["*"]
RUN_DIR = Path(env.str("RUN_DIR", default=str(ROOT / ".run")))
MAIL_DIR = Path(env.str("MAIL_DIR", default=str(RUN_DIR / "mail")))
INSTALLED_APPS = [*INSTALLED_APPS, "apps.demo"]
# Files come straight from the apps' folders: nothing to collect on one machine.
WHITENOISE_USE_FINDERS = True
