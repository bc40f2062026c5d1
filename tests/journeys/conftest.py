"""Journeys: the real server in a process of its own, a small cast, and a real browser in four variants.

``make test ARGS="--only cluster-journeys"`` runs them against the whole cluster instead (``PARVIS_JOURNEYS=cluster``).

Fixtures: ``company`` (address, people, spaces), ``sign_in(who, variant)`` → a page, ``axe(page)``,
``look(page, name)``.
Pictures are taken where the variable PARVIS_LOOK says where to keep them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What can be otherwise in the other theme of a page, which has the same elements in the same places.
AXE_COLOURS = ["color-contrast", "link-in-text-block"]
# Buttons fade from one colour to the other.
FADED = """() => new Promise(requestAnimationFrame).then(() => Promise.allSettled(
    document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished)))"""


@dataclass(frozen=True)
class Variant:
    """A screen size and a theme."""

    name: str
    width: int
    height: int
    theme: str

    @property
    def is_phone(self) -> bool:
        return self.width < 768


VARIANTS = {
    f"{size}-{theme}": Variant(f"{size}-{theme}", width, height, theme)
    for size, width, height in (("desktop", 1440, 900), ("mobile", 390, 844))
    for theme in ("light", "dark")
}


@dataclass(frozen=True)
class Company:
    """The running server and who is in it."""

    address: str
    people: dict[str, dict[str, str]]
    spaces: dict[str, str]
    threads: dict[str, str]
    cookie: str
    password: str
    folder: Path
    #: what a command beside the server finds in its environment
    env: dict[str, str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str, server: subprocess.Popen, seconds: int = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"The server ended with {server.returncode} before it answered.")
        try:
            urllib.request.urlopen(f"{address}/account/login/", timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("The server did not answer in time.")


def environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    return {**kept, "PARVIS_DATA": str(folder), "PARVIS_STYLEGUIDE": "true", "PYTHONPATH": str(ROOT)}


def fill(env: dict[str, str]) -> dict:
    """Put the cast into an empty company; who is who."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.journeys.company"], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )
    return json.loads(made.stdout)


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    """The cast in a fresh data folder, served on a free port; or in a cluster, where the environment asks for it."""
    is_clustered = os.environ.get("PARVIS_JOURNEYS") == "cluster"
    with in_cluster() if is_clustered else embedded(tmp_path_factory.mktemp("data")) as company:
        yield company


@contextlib.contextmanager
def in_cluster():
    """nginx, two nodes, PgBouncer, PostgreSQL, Redis, two workers and a clock."""
    sys.path.insert(0, str(ROOT / "deploy"))
    from cluster.topology import Cluster

    who = {}
    cluster = Cluster(fill=lambda env: who.update(fill(env)), more={"PARVIS_STYLEGUIDE": "true"})
    with cluster:
        yield Company(address=cluster.address, folder=cluster.data, env=cluster.env, **who)


@contextlib.contextmanager
def embedded(folder, *, port: int = 0, **more: str):
    """One process on SQLite, with ``more`` in its environment."""
    env = {**environment(folder), **more}
    who = fill(env)
    port = port or free_port()
    log = (folder / "server.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)], cwd=ROOT, env=env, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, server)
        yield Company(address=address, folder=folder, env=env, **who)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


@pytest.fixture(scope="session")
def browser_type_launch_args():
    path = os.environ.get("PARVIS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.fail("No Chromium on this machine: install chromium, or set PARVIS_CHROMIUM to its path.")
    return {"executable_path": path, "args": ["--no-sandbox", "--force-device-scale-factor=1"]}


@pytest.fixture(params=["desktop", "mobile"])
def variant(request) -> Variant:
    """Desktop and phone; ``axe`` and ``look`` take each in both themes."""
    return VARIANTS[f"{request.param}-light"]


@pytest.fixture
def new_page(browser, company):
    """``new_page(variant)``: a fresh browser, signed out; the test fails when the page or the policy complains."""
    contexts = []
    problems: list[str] = []

    def make(
        variant: Variant = VARIANTS["desktop-light"],
        *,
        language: str = "en",
        has_script: bool = True,
        has_worker: bool = False,
    ):
        context = browser.new_context(
            # Playwright stands between page and server, where a worker would stand: only who tests the worker has it.
            service_workers="allow" if has_worker else "block",
            base_url=company.address,
            viewport={"width": variant.width, "height": variant.height},
            color_scheme=variant.theme,
            locale="fr-FR" if language == "fr" else "en-GB",
            has_touch=variant.is_phone,
            reduced_motion="reduce",
            java_script_enabled=has_script,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: _is_policy(said) and problems.append(said.text))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not problems, problems


def _is_policy(said) -> bool:
    return "Content Security Policy" in said.text


@pytest.fixture
def sign_in(new_page, company):
    """``sign_in("member", variant)``: a page of a browser in which that person is signed in."""

    def make(who: str, variant: Variant = VARIANTS["desktop-light"], **options):
        page = new_page(variant, **options)
        cookie = {"name": company.cookie, "value": company.people[who]["session"], "url": company.address}
        page.context.add_cookies([cookie])
        return page

    return make


@pytest.fixture(scope="session")
def do(company):
    """``do("reply", by="manager", thread=…, text=…)``: somebody acts, in a process beside the server."""

    def act(verb: str, **words: str) -> dict:
        for key in ("by", "person"):
            if key in words:
                words[key] = company.people[words[key]]["email"]
        pairs = [f"{key}={value}" for key, value in words.items()]
        done = subprocess.run(
            [sys.executable, "-m", "tests.journeys.doing", verb, *pairs],
            cwd=ROOT, env=company.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return act


@pytest.fixture
def axe():
    """``axe(page)``: fails with what axe-core finds wrong on the page as it stands, in both themes."""

    def found(page, kind: str, values: list[str]) -> list[str]:
        # Only what is wrong is gathered: what is right is most of a page, and takes its time.
        options = {"runOnly": {"type": kind, "values": values}, "resultTypes": ["violations"], "preload": False}
        return [
            f"{rule['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
            for rule in page.evaluate("options => axe.run(options)", options)["violations"]
            for node in rule["nodes"]
        ]

    def check(page) -> None:
        page.evaluate(AXE.read_text())
        wrong = found(page, "tag", AXE_TAGS)
        with in_other_theme(page) as theme:
            wrong += [f"{theme}: {line}" for line in found(page, "rule", AXE_COLOURS)]
        assert not wrong, "\n".join(wrong)

    return check


@contextlib.contextmanager
def in_other_theme(page):
    """The page as a device shows it that is set to the other theme."""
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    themes = ("dark", "light") if is_dark else ("light", "dark")
    page.emulate_media(color_scheme=themes[1])
    page.evaluate(FADED)
    yield themes[1]
    page.emulate_media(color_scheme=themes[0])


@pytest.fixture(scope="session")
def look():
    """``look(page, name)``: keeps a picture of the page, to be held beside the design, where PARVIS_LOOK points."""
    kept = os.environ.get("PARVIS_LOOK")

    def take(page, name: str, *, is_full: bool = False) -> None:
        if not kept:
            return
        page.screenshot(path=Path(kept) / f"{name}.png", full_page=is_full)
        with in_other_theme(page) as theme:
            page.screenshot(path=Path(kept) / f"{name}-{theme}.png", full_page=is_full)

    return take


#: what reaches over the edge of the page, the innermost last
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter((node) => node.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((node) => node.outerHTML.slice(0, 120)).slice(-4)"""


@pytest.fixture(scope="session")
def is_narrow_safe():
    """``is_narrow_safe(page)``: fails when the page scrolls sideways."""

    def check(page) -> None:
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wide = page.evaluate(TOO_WIDE) if over > 0 else []
        assert over <= 0, f"The page is {over} px too wide: {wide}."

    return check
