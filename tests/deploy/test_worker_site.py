"""Browsers ask for the worker after every page: nginx hands it out, compared each time, without asking any node."""

from __future__ import annotations

import requests

from tests.deploy.test_bucket_site import nginx
from tests.deploy.test_lint import Site
from tests.intranet.servers import free_port


def test_the_worker_comes_from_nginx_and_is_compared_each_time(tmp_path):
    port = free_port()
    site = Site(
        names=["127.0.0.1"], nodes=[f"127.0.0.1:{free_port()}"], data=tmp_path,
        listen=f"127.0.0.1:{port}", error_log="stderr",
    )  # fmt: skip
    with nginx(site, tmp_path, port) as address:
        answer = requests.get(f"{address}/sw.js", timeout=10)
        assert (answer.status_code, answer.content) == (200, (site.static / "sw.js").read_bytes())
        assert answer.headers["Content-Type"] == "application/javascript"
        assert answer.headers["Cache-Control"] == "no-cache, private"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
        assert answer.headers["Content-Encoding"] == "gzip"
        again = requests.get(f"{address}/sw.js", headers={"If-None-Match": answer.headers["ETag"]}, timeout=10)
        assert (again.status_code, again.content) == (304, b"")
