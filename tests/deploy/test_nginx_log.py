"""nginx runs as it is deployed, and what it writes down holds nothing people typed."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

from tests.deploy.test_lint import Site, tool, whole_configuration
from tests.intranet.servers import free_port


def said_by_nginx(site: str, folder, port: int) -> str:
    """Its log, when something large is sent to a search while it has no room for it."""
    whole = folder / "nginx.conf"
    whole.write_text(whole_configuration(site, folder=folder, pid=folder / "nginx.pid", user=""))
    server = subprocess.Popen(
        [tool("nginx"), "-c", whole, "-p", folder, "-e", "stderr"], stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        # A plain file where the folder was: writing fails as it does on a full disk.
        shutil.rmtree(folder / "client_body")
        (folder / "client_body").touch()
        large = urllib.request.Request(f"http://127.0.0.1:{port}/search/?q=redundancies", data=b"x" * 1_000_000)
        with contextlib.suppress(urllib.error.URLError):
            urllib.request.urlopen(large, timeout=10)
    finally:
        server.terminate()
        (folder / "client_body").unlink(missing_ok=True)
    return server.communicate(timeout=10)[1]


def test_a_full_disk_leaves_no_line_with_what_somebody_searched_for(tmp_path):
    port = free_port()
    site = Site(names=["127.0.0.1"], nodes=[f"127.0.0.1:{free_port()}"], data=tmp_path, listen=f"127.0.0.1:{port}",
                error_log="stderr")  # fmt: skip
    assert "redundancies" not in said_by_nginx(site.rendered(), tmp_path, port)
    assert "redundancies" in said_by_nginx(site.rendered().replace(" emerg;", " crit;"), tmp_path, port)
