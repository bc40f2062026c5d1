"""The least Django behind the same server: one view, the session and auth apps, an existing SQLite file.

``python -m bench.bare_server PORT``
"""

from __future__ import annotations

import sys
from pathlib import Path

import django
import uvicorn
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path


def hello(request) -> HttpResponse:
    """One question to the database, one line of HTML."""
    from django.contrib.auth.models import User

    return HttpResponse(f"<!doctype html><title>Bare</title>{User.objects.count()}")


urlpatterns = [path("", hello)]


def main() -> None:
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(sys.argv[2])}
    apps = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
    settings.configure(
        SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, INSTALLED_APPS=apps,
        DATABASES={"default": database}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", USE_TZ=True,
    )  # fmt: skip
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    uvicorn.run(WSGIMiddleware(get_wsgi_application()), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")


if __name__ == "__main__":
    main()
