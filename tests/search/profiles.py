"""Which engine this run has, for tests that are about one of them; all others are for every engine."""

from __future__ import annotations

import pytest
from django.conf import settings

IS_SERVER = bool(settings.DATABASE_URL)

embedded = pytest.mark.skipif(IS_SERVER, reason="about the files and the one writer of the embedded engine")
server = pytest.mark.skipif(not IS_SERVER, reason="about the tables of PostgreSQL's engine")
