"""Start, memory at rest, weight of the first page, and pages under eight connections, of the demo company as served.

``python -m bench.start``. Start is from the command to the first answered page with the data there, beside the least
Django behind the same server; CPU of the process is what counts, the clock on the wall stands beside it.
"""

from __future__ import annotations

import gzip
import http.client
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.pages import line

ROOT = Path(__file__).resolve().parents[1]
ROUNDS, CONNECTIONS, PAGES = 5, 8, 40
MUST = {"start": 5.0, "KiB": 74, "requests": 7}
# What the document makes a browser fetch before anything is pressed.
FETCHED = re.compile(r'<(?:link|script)\b[^>]*?(?:href|src)="(/static/[^"]+)"')

SIGN_IN = """
import django; django.setup()
from bench.pages import Site
from people.models import Person
print(Site(None, Person.objects.filter(is_administrator=True, is_active=True).first()).cookie)
"""


class Server:
    """A server as a process: started, asked, measured, stopped."""

    def __init__(self, *command: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        start = time.monotonic()
        words = [word.format(port=self.port) for word in command]
        self.process = subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL)
        while True:
            try:
                self.get("/")
                break
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"{words[0]} ended with {self.process.returncode}") from None
                time.sleep(0.02)
        self.seconds = time.monotonic() - start
        self.cpu = self._cpu()

    def get(self, path: str, cookie: str = "") -> tuple[bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return body, dict(answer.getheaders())

    def _cpu(self) -> float:
        """Milliseconds of CPU the process has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """MiB of resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)


def _starts(*command: str) -> tuple[float, float]:
    """Median CPU milliseconds and median seconds of a start."""
    servers = []
    for _ in range(ROUNDS):
        server = Server(*command)
        server.stop()
        servers.append(server)
    return statistics.median(s.cpu for s in servers), statistics.median(s.seconds for s in servers)


def weight(server: Server, cookie: str) -> tuple[int, int]:
    """Compressed bytes of home and of what it makes a browser fetch, and how many requests; fonts are left out."""
    body, headers = server.get("/", cookie)
    document = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
    sizes = [len(body)]
    addresses = {address for address in FETCHED.findall(document.decode()) if not address.endswith(".woff2")}
    for address in sorted(addresses | set(re.findall(r'href="(/static/[^"#]+sprite[^"#]*)#', document.decode()))):
        sizes.append(len(server.get(address)[0]))
    return sum(sizes), len(sizes)


def under_load(server: Server, cookie: str) -> tuple[float, list[float]]:
    """Pages a second, and the milliseconds of each page, with eight connections asking for home at once."""
    taken: list[float] = []

    def ask() -> None:
        for _ in range(PAGES):
            start = time.monotonic()
            server.get("/", cookie)
            taken.append((time.monotonic() - start) * 1000)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken) / (time.monotonic() - start), sorted(taken)


def run(folder: str) -> Iterator[str]:
    environment = {**os.environ, "PARVIS_DATA": folder, "DJANGO_SETTINGS_MODULE": "intranet.settings"}
    os.environ.update(environment)
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, check=True)
    subprocess.run([sys.executable, "manage.py", "load_demo"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    bare = ("-m", "bench.bare_server", "{port}", f"{folder}/bare.sqlite3")
    parvis = ("manage.py", "serve", "--port", "{port}")
    Server(*bare).stop()
    Server(*parvis).stop()  # The index is made at the first start.
    least, least_seconds = _starts(*bare)
    product, seconds = _starts(*parvis)
    yield line("start to the first page, CPU", product, least, MUST["start"])
    yield f"{'start to the first page, on the wall':44} {seconds:8.2f} s   bare {least_seconds:7.2f} s"
    asked = subprocess.run([sys.executable, "-c", SIGN_IN], cwd=ROOT, check=True, capture_output=True, text=True)
    cookie = asked.stdout.strip()
    server = Server(*parvis)
    try:
        size, requests = weight(server, cookie)
        verdict = "ok" if size <= MUST["KiB"] * 1024 and requests <= MUST["requests"] else "MISSED"
        yield (
            f"{'home, first time in a browser':44} {size / 1024:8.1f} KiB  {requests} requests beside the font"
            f"  must {MUST['KiB']} KiB, {MUST['requests']}  {verdict}"
        )
        rate, taken = under_load(server, cookie)
        middle, tail = statistics.median(taken), taken[int(len(taken) * 0.99)]
        yield f"{'home, 8 connections':44} {rate:8.1f} pages/s  median {middle:.0f} ms, p99 {tail:.0f} ms"
        yield f"{'memory after that':44} {server.memory():8d} MiB"
    finally:
        server.stop()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for row in run(folder):
            print(row, flush=True)


if __name__ == "__main__":
    main()
