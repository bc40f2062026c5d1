"""Settings. Nothing has to be set: without variables the embedded profile runs; ``docs/settings.md`` lists them all."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from intranet import between_processes, logs
from intranet.databases import postgresql, sqlite
from intranet.keys import kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Profile ------------------------------------------------------------------------------------------------------------
DATA_FOLDER = Path(env.str("PARVIS_DATA", default=str(BASE_DIR / "data-local"))).resolve()
DATABASE_URL = env.str("DATABASE_URL", default="")
# Past a pooler, for what needs a session of its own: migrations, backup, moving in.
DATABASE_DIRECT_URL = env.str("DATABASE_DIRECT_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
IS_EMBEDDED = not (DATABASE_URL or REDIS_URL)
DATA_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)

DEBUG = env.bool("PARVIS_DEBUG", default=False)
# The page of all components, for those who build screens and for the tests of the look.
HAS_STYLEGUIDE = env.bool("PARVIS_STYLEGUIDE", default=DEBUG)
SECRET_KEY = kept_secret(DATA_FOLDER, "django")
PUBLIC_URL = env.str("PARVIS_URL", default=f"http://127.0.0.1:{env.str('PORT', default='') or 8000}").rstrip("/")
ALLOWED_HOSTS = env.list(
    "PARVIS_HOSTS", default=["localhost", "127.0.0.1", "[::1]", *filter(None, [urlsplit(PUBLIC_URL).hostname])]
)
# Only these may say who their client is (X-Forwarded-For).
TRUSTED_PROXIES = env.list("PARVIS_PROXIES", default=[])
# nginx sends pictures and files itself once the rule was asked (kit.answers).
ACCEL = env.bool("PARVIS_ACCEL", default=False)
IS_HTTPS = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if IS_HTTPS else []

# House --------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "intranet",
    "imports",
    "archive",
    "notifications",
    "profiles",
    "walls",
    "search",
    "live",
    "topics",
    "groups",
    "people",
    "kit",
    "channels",
    "intranet.apps.QuietHaystack",
    "treebeard",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "intranet.metrics.count_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "intranet.compression.compressed_pages",
    "csp.middleware.CSPMiddleware",
    # Above all that may refuse a request, so that refusals are in no frame either.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "intranet.middleware.private_answers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "intranet.middleware.closed_accounts",
    "intranet.middleware.viewer_language_and_zone",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "people.middleware.note_sessions",
    "intranet.middleware.Limits",
    "intranet.middleware.KnownForms",
]

ROOT_URLCONF = "intranet.urls"
WSGI_APPLICATION = "intranet.wsgi.application"
ASGI_APPLICATION = "intranet.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "intranet.context_processors.company",
                "intranet.navigation.navigation",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "kit.templatetags.parvis"],
        },
    }
]

# Data ---------------------------------------------------------------------------------------------------------------
DATABASES = {"default": postgresql(DATABASE_URL) if DATABASE_URL else sqlite(DATA_FOLDER)}
CACHES = between_processes.caches(REDIS_URL)
CHANNEL_LAYERS = between_processes.channel_layers(REDIS_URL)
BLOB_FOLDER = DATA_FOLDER / "blobs"
BUCKET = env("PARVIS_BUCKET", default="")
INDEX_FOLDER = DATA_FOLDER / "index"
# The profile decides: on servers words are kept in the database of the posts, else in files of the one process.
HAYSTACK_CONNECTIONS = {
    "default": {"ENGINE": "search.engines.postgres_engine.PostgresEngine", "SILENTLY_FAIL": False}
    if DATABASE_URL
    else {
        "ENGINE": "search.engines.whoosh_engine.WhooshEngine",
        "PATH": str(INDEX_FOLDER),
        "SILENTLY_FAIL": False,
    }
}

# Background work ----------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = between_processes.broker_options(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_DEFAULT_QUEUE = "parvis"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# WHY: docs/decisions/0140-the-outbox-not-the-queue.md. Late acknowledgement would bring a task back after an hour.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 330
CELERY_WORKER_CONCURRENCY = env.int("PARVIS_WORKER_PROCESSES", default=2)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BEAT_SCHEDULER = "intranet.beat.Clock"

# People and sign-in -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["people.backends.MailBackend", "people.backends.VouchedBackend"]
# Mail is unique among those who have one (people.models); imported stand-ins have none.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "people.forms.SignInForm",
    "change_password": "people.forms.PasswordChangeForm",
    "reset_password": "people.forms.ResetForm",
    "reset_password_from_key": "people.forms.NewPasswordForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "people.backends.ResetTokens"  # noqa: S105 - a class
PASSWORD_RESET_TIMEOUT = 2 * 3600
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {
    "login_failed": "20/15m/ip,5/15m/key",
    "reset_password": "20/15m/ip,5/15m/key",
    # Counted are links that open nothing. On a first morning many of a company press theirs a second time, when it is
    # used; a secret of 256 bits is not guessed at this pace either.
    "invitation": "200/15m/ip",
    # A whole company may come from one address in the morning; nothing can be guessed there.
    "sign_on": "600/m/ip",
}
# Single sign-on (OpenID Connect); half a configuration is refused by intranet.sign_on_checks.
OIDC_URL = env.str("PARVIS_OIDC_URL", default="").rstrip("/")
OIDC_CLIENT = env.str("PARVIS_OIDC_CLIENT", default="")
OIDC_SECRET = env.str("PARVIS_OIDC_SECRET", default="")
OIDC_NAME = env.str("PARVIS_OIDC_NAME", default="")
OIDC_NEWCOMERS = env.bool("PARVIS_OIDC_NEWCOMERS", default=False)
OIDC_DOMAINS = env.list("PARVIS_OIDC_DOMAINS", default=[])
OIDC_CLAIM = env.str("PARVIS_OIDC_CLAIM", default="")
OIDC_HOURS = env.int("PARVIS_OIDC_HOURS", default=12)
HAS_SIGN_ON = bool(OIDC_URL)
LOCAL_SIGN_IN = env.str("PARVIS_LOCAL_SIGN_IN", default="yes").lower()
SOCIALACCOUNT_ADAPTER = "people.sign_on.adapter.SocialAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
# people.middleware notes it every ten minutes; the library would write on every page.
USERSESSIONS_TRACK_ACTIVITY = False
# With TLS a cookie of ours is of this very host: no sibling domain can set one for us.
_OURS = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_OURS}parvis_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_NAME = f"{_OURS}parvis_csrf"
# Scripts read the token of the form they send, never the cookie.
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "intranet.errors.form_expired"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "display_name")},
    },
]

# Language and time --------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = f"{_OURS}parvis_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = IS_HTTPS
USE_TZ = True
TIME_ZONE = "UTC"

# Static files -------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# Built names end in a hash of eight signs: those files never change and are kept for a year.
WHITENOISE_IMMUTABLE_FILE_TEST = r"-[0-9A-Z]{8}\.[a-z0-9]+$"

# Mail ---------------------------------------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", default="")
# Without a server notices and digests are not written at all: nobody reads the files of a whole company.
HAS_MAIL_SERVER = bool(EMAIL_URL)
EMAIL_TIMEOUT = 20
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_FOLDER / "mail"
DEFAULT_FROM_EMAIL = env.str("PARVIS_MAIL_FROM", default="Parvis <parvis@localhost>")

# Web ----------------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
UPLOAD_LIMIT = env.int("PARVIS_UPLOAD_LIMIT", default=200) * 1_000_000
FILE_UPLOAD_TEMP_DIR = DATA_FOLDER / "spool"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
# Answered by a pool of threads of their own, see intranet/downloads.py.
DOWNLOAD_PREFIXES = ["/static/", "/pictures/"]

LOG_LEVEL = env.str("PARVIS_LOG_LEVEL", default="WARNING").upper()
LOG_FORM = env.str("PARVIS_LOG_FORM", default="text").lower()
LOGGING = logs.configuration(level=LOG_LEVEL, form=LOG_FORM)

# Who may read /metrics: from these networks, straight, or from anywhere with the token.
METRICS_FROM = env.list("PARVIS_METRICS_FROM", default=["127.0.0.0/8", "::1"])
METRICS_TOKEN = env.str("PARVIS_METRICS_TOKEN", default="")
