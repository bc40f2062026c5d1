"""Behind TLS every cookie is of this very host, and goes over TLS only."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.intranet import servers

ASK = """
import json
from django.conf import settings
names = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME]
secure = [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.LANGUAGE_COOKIE_SECURE]
print(json.dumps([names, secure, settings.SECURE_HSTS_SECONDS > 0, settings.CSRF_COOKIE_HTTPONLY]))
"""


def test_cookies_behind_tls_are_secure_and_of_this_host(tmp_path):
    for url, prefix in (("https://intranet.example.org", "__Host-"), ("http://127.0.0.1:8000", "")):
        env = {**servers.environment(tmp_path), "PARVIS_URL": url, "DJANGO_SETTINGS_MODULE": "intranet.settings"}
        done = subprocess.run(
            [sys.executable, "-c", ASK], cwd=servers.ROOT, env=env, capture_output=True, text=True, check=True
        )
        names, secure, has_hsts, is_http_only = json.loads(done.stdout)
        assert names == [f"{prefix}parvis_{name}" for name in ("session", "csrf", "language")]
        assert secure == [bool(prefix)] * 3 and has_hsts == bool(prefix) and is_http_only
