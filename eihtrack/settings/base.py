"""What every installation shares. Secrets and addresses come from the environment."""

from .env import ROOT, env

BASE_DIR = ROOT
DEBUG = False
DEMO = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.headless",
    "apps.common",
    "apps.audit",
    "apps.messaging",
    "apps.accounts",
    "apps.clinics",
    "apps.exercises",
    "apps.strength",
    "apps.programmes",
    "apps.logbook",
    "apps.pain_tests",
    "apps.questionnaires",
    "apps.inbox",
    "apps.flares",
    "apps.adherence",
    "apps.context",
    "apps.progression",
    "apps.reminders",
    "apps.overview",
    "apps.exchange",
    "apps.patient_app",
    # For its templates, which ours replace.
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "apps.common.languages.PageLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.common.retry_after.RetryAfterMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "eihtrack.urls"
WSGI_APPLICATION = "eihtrack.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Row-level security is entered per transaction, so a connection that stays open for the
# next request carries nothing over. A new one costs more than all of a request's work.
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgres:///eihtrack?user=eihtrack_app"),
        "ENGINE": "apps.common.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"]["OPTIONS"] = {
    # A host that does not answer must not hold a request, nor /readyz, for minutes.
    "connect_timeout": 5,
    # Of apps.common.statements only. A pooler in between must know prepared statements.
    "prepare_threshold": 2,
    **DATABASES["default"].get("OPTIONS", {}),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits and lock-outs must survive a restart, so they live in PostgreSQL.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "common_cache",
        # When full, a third is thrown away, locks and all: it must never be full.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("sv", "Svenska"),
    ("de", "Deutsch"),
    ("zh-hans", "简体中文"),
]
# Compiled catalogues lie beside their sources: running needs no tools of gettext.
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = "eihtrack.formats"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# Sign-in (A3): a code by mail, or a passkey. People come by invitation only.
ACCOUNT_ADAPTER = "apps.clinics.sign_in.InvitedOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
# A letter to an unknown address would tell strangers about us.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/sign-in/"
# A patient stays signed in on their phone.
ACCOUNT_SESSION_REMEMBER = True
LOGIN_REDIRECT_URL = "/"
HEADLESS_CLIENTS = ("browser",)
MFA_ADAPTER = "apps.clinics.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "login_webauthn": "apps.accounts.passkeys.PasskeySignInForm",
    "authenticate_webauthn": "apps.accounts.passkeys.PasskeyFactorForm",
}
# A sign-in takes two requests, and a clinic's people share one address.
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str(
    "MAIL_FROM", default="EIHtrack <no-reply@eihtrack.example>"
)
MESSAGE_ID_DOMAIN = env.str("MESSAGE_ID_DOMAIN", default="eihtrack.example")
BASE_URL = env.str("BASE_URL", default="http://localhost:8000")

CELERY_BROKER_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "flares.judge_due": {"queue": "urgent"},
    "inbox.escalate": {"queue": "urgent"},
    "messaging.send_outbox": {"queue": "urgent"},
    "flares.replay_policies": {"queue": "bulk"},
    "exchange.make_exports": {"queue": "bulk"},
}
# A web process must never wait for a broker that is down; only workers reconnect.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
# Every sweep by name with the seconds between two runs. Beat runs them, each stamps a
# heartbeat, and /healthz complains when one is late.
SWEEPS = {
    "common.tick": 60,
    "flares.judge_due": 60,
    "messaging.send_outbox": 60,
    "inbox.escalate": 60,
    "flares.close_windows": 3600,
    "flares.replay_policies": 60,
    "programmes.mark_missed": 3600,
    "questionnaires.assign_scheduled": 3600,
    "programmes.remind_retests": 3600,
    "adherence.refresh": 60,
    "adherence.refresh_all": 86_400,
    "progression.draft_due": 60,
    "reminders.remind_of_check_ins": 300,
    "exchange.make_exports": 60,
    "exchange.carry_out_erasures": 3600,
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.api.authentication.BearerAuthentication",
        "apps.clinics.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.common.api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "apps.common.api.documentation.ApiSchema",
    "EXCEPTION_HANDLER": "apps.common.api.problems.problem_response",
    "DEFAULT_VERSIONING_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "EIHtrack",
    "DESCRIPTION": "Supervised exercise for people with chronic pain.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["apps.common.api.documentation.without_null_defaults"],
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": 0},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "apps.common.logs.json_formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django logs refused requests with their path, which holds public ids only:
        # the formatter takes the links of mails out.
        "django.request": {"level": "ERROR"},
    },
}
