"""Every environment variable Parvis reads, in one table: `docs/settings.md` is printed from it.

`manage.py print_settings` prints it; a contract test holds code, table and page together.
"""

from __future__ import annotations

from dataclasses import dataclass

HEAD = """\
# Settings

Nothing has to be set. Without any variable Parvis runs *embedded*: one process, everything in one folder.
With `DATABASE_URL` **and** `REDIS_URL` it runs as a *server*; one without the other is refused.
Variables are read from the environment at start. This page is printed from `intranet/variables.py`
by `python manage.py print_settings > docs/settings.md`.
"""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its name, what holds when it isn't set, and what it does."""

    name: str
    default: str
    meaning: str
    group: str


PLACE, PROFILE, WEB, SIGN_ON, MAIL, LIMITS, WORKSHOP = (
    "Where it runs",
    "Server profile",
    "Web",
    "Single sign-on",
    "Mail",
    "Limits",
    "For developers",
)

VARIABLES = (
    Variable(
        "PARVIS_DATA",
        "`data-local` beside the code",
        "Folder of everything embedded: database, files, index, secrets.",
        PLACE,
    ),
    Variable("PORT", "`8000`", "Port of `make run` and `manage.py serve`.", PLACE),
    Variable(
        "DEMO",
        "`yes`",
        "`no`: `make run` leaves an empty company empty and prints the first administrator's link.",
        PLACE,
    ),
    Variable(
        "PARVIS_LOG_LEVEL",
        "`WARNING`",
        "How much is logged: `DEBUG`, `INFO`, `WARNING`, `ERROR`. No log holds content.",
        PLACE,
    ),
    Variable(
        "PARVIS_LOG_FORM",
        "`text`",
        "`json`: one JSON object a line, of time, level, logger, message, process and failure.",
        PLACE,
    ),
    Variable(
        "PARVIS_ADMIN_PASSWORD", "asked at the keyboard", "Password for `manage.py create_admin` in a script.", PLACE
    ),
    Variable(
        "DATABASE_URL",
        "none (SQLite)",
        "PostgreSQL 15 or newer, as `postgres://user:secret@host:5432/parvis`; may be a PgBouncer in transaction mode.",
        PROFILE,
    ),
    Variable(
        "DATABASE_DIRECT_URL",
        "`DATABASE_URL`",
        "The same database past a pooler, for migrations, backup and moving in.",
        PROFILE,
    ),
    Variable(
        "REDIS_URL",
        "none (in the process)",
        "Redis 7 or newer for live events, cache and background work, as `redis://host:6379/0`.",
        PROFILE,
    ),
    Variable(
        "PARVIS_BUCKET",
        "none (the folder `blobs`)",
        "S3-compatible storage for pictures and files, as `https://key:secret@s3.example.org/parvis?region=eu-west-3`; "
        "the bucket has versioning switched on (docs/servers.md).",
        PROFILE,
    ),
    Variable("PARVIS_WORKER_PROCESSES", "`2`", "Tasks that one `celery -A intranet worker` does at a time.", PROFILE),
    Variable(
        "PARVIS_SECRET_DJANGO",
        "made once, in `secrets.json`",
        "The key that signs sessions and links; one value on all nodes.",
        PROFILE,
    ),
    Variable(
        "PARVIS_URL",
        "`http://127.0.0.1:8000`",
        "The address people use; it stands in mails and links. With `https` cookies are marked secure.",
        WEB,
    ),
    Variable(
        "PARVIS_HOSTS",
        "this machine and the host of `PARVIS_URL`",
        "Host names the server answers to, separated by commas. Never `*`.",
        WEB,
    ),
    Variable(
        "PARVIS_PROXIES",
        "none",
        "Addresses of the proxies in front, separated by commas; only their forwarded headers are believed.",
        WEB,
    ),
    Variable(
        "PARVIS_ACCEL",
        "`off`",
        "`on`: nginx in front sends pictures and files itself, after the rule was asked (`deploy/nginx`); "
        "needs `PARVIS_PROXIES`.",
        WEB,
    ),
    Variable(
        "PARVIS_METRICS_FROM",
        "this machine",
        "Networks that may read `/metrics` without a proxy in between, separated by commas, as in `10.0.0.0/8`.",
        WEB,
    ),
    Variable(
        "PARVIS_METRICS_TOKEN",
        "none",
        "With it `/metrics` is read from anywhere, as `Authorization: Bearer …`.",
        WEB,
    ),
    Variable(
        "PARVIS_OIDC_URL",
        "none",
        "Issuer of the OpenID Connect provider, as `https://login.example.org/realms/company`. See"
        " `docs/single-sign-on.md`.",
        SIGN_ON,
    ),
    Variable("PARVIS_OIDC_CLIENT", "none", "What the provider calls Parvis (client id).", SIGN_ON),
    Variable("PARVIS_OIDC_SECRET", "none", "The secret the provider gave Parvis.", SIGN_ON),
    Variable(
        "PARVIS_OIDC_NAME",
        "none",
        "What people call the account they have there; it stands on the button of the sign-in page.",
        SIGN_ON,
    ),
    Variable(
        "PARVIS_OIDC_NEWCOMERS",
        "`off`",
        "`on`: who has no account gets one at the first sign-in, as an employee; needs `PARVIS_OIDC_DOMAINS`"
        " or `PARVIS_OIDC_CLAIM`.",
        SIGN_ON,
    ),
    Variable(
        "PARVIS_OIDC_DOMAINS",
        "every domain",
        "Domains of the verified mail address a newcomer may have, separated by commas.",
        SIGN_ON,
    ),
    Variable(
        "PARVIS_OIDC_CLAIM",
        "none",
        "What everybody who comes in that way has to have, as `groups=parvis`.",
        SIGN_ON,
    ),
    Variable("PARVIS_OIDC_HOURS", "`12`", "Hours after which who came in that way signs in again.", SIGN_ON),
    Variable(
        "PARVIS_LOCAL_SIGN_IN",
        "`yes`",
        "`no`: nobody signs in with a password; `guests`: only guests do. `manage.py sign_in_link` always"
        " gives a way in.",
        SIGN_ON,
    ),
    Variable("EMAIL_URL", "files in `PARVIS_DATA/mail`", "Mail server, as `smtp+tls://user:secret@host:587`.", MAIL),
    Variable("PARVIS_MAIL_FROM", "`Parvis <parvis@localhost>`", "Sender of every mail.", MAIL),
    Variable("PARVIS_UPLOAD_LIMIT", "`200`", "Largest upload in MB.", LIMITS),
    Variable(
        "PARVIS_DEBUG", "`off`", "Django's debug pages; refused when other machines can reach the server.", WORKSHOP
    ),
    Variable("PARVIS_STYLEGUIDE", "as `PARVIS_DEBUG`", "Serve the page that shows every component.", WORKSHOP),
    Variable(
        "PARVIS_REAL_DATA",
        "none",
        "Folder of real discussions; the tests marked `real` need it and are skipped without.",
        WORKSHOP,
    ),
    Variable("PARVIS_CHROMIUM", "found on the machine", "Program of the browser tests.", WORKSHOP),
    Variable(
        "PARVIS_JOURNEYS",
        "one process on SQLite",
        "`cluster`: the browser tests run against nginx, two nodes, PostgreSQL and Redis.",
        WORKSHOP,
    ),
    Variable(
        "PARVIS_LOOK", "none are taken", "Folder in which the browser tests keep pictures of the screens.", WORKSHOP
    ),
    Variable(
        "PARVIS_WORLDS",
        "a sample",
        "`all`: the test of two worlds asks every address as everybody (minutes).",
        WORKSHOP,
    ),
)


def as_page() -> str:
    """The text of `docs/settings.md`."""
    parts = [HEAD]
    for group in dict.fromkeys(variable.group for variable in VARIABLES):
        parts.append(f"\n## {group}\n\n| variable | when not set | what it does |\n|---|---|---|\n")
        parts += [f"| `{v.name}` | {v.default} | {v.meaning} |\n" for v in VARIABLES if v.group == group]
    return "".join(parts)
