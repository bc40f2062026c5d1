"""Settings, addresses, server: joins everything, imported by nobody."""

from intranet.celery import app as celery_app

__all__ = ["celery_app"]
