"""The keeper and the one nginx template, tried on small processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
sys.path.insert(0, str(DEPLOY))

from cluster.keeper import Keeper, Part  # noqa: E402
from nginx_site import Site  # noqa: E402
from stop import Stop, services_held_back  # noqa: E402


def part(name, script, **more):
    more = {"is_ready": lambda: True, "env": {"PATH": os.environ["PATH"]}, **more}
    return Part(name=name, command=[sys.executable, "-uc", script], **more)


@pytest.fixture
def keeper(tmp_path):
    told = []
    kept = Keeper(tmp_path, say=told.append)
    kept.told = told
    yield kept
    kept.end()


def wait_until(is_so, seconds=10):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


DIES = "import time; time.sleep(1); print('the disk is full'); raise SystemExit(3)"
LIVES = "import time; print('here', flush=True); time.sleep(60)"


def test_who_dies_is_told_by_name_with_its_last_words_and_ours_start_again(keeper):
    keeper.start(part("web-1", DIES, is_ours=True), part("redis", DIES))
    wait_until(lambda: all(kept.process.poll() is not None for kept in keeper.kept.values()))
    first = keeper.kept["web-1"].process.pid
    keeper.look()
    keeper.look()
    assert len(keeper.told) == 2
    assert "web-1 died (code 3): the disk is full. It is started again in 0.5 s." in keeper.told
    assert "redis died (code 3): the disk is full. It stays away." in keeper.told
    time.sleep(0.5)
    keeper.look()
    assert keeper.kept["web-1"].process.pid != first
    assert keeper.kept["redis"].process.poll() == 3


def test_who_never_gets_ready_stops_the_start_with_its_last_words(keeper):
    with pytest.raises(Stop, match="web-1 ended with code 3 before it was ready: the disk is full"):
        keeper.start(part("web-1", DIES, is_ready=lambda: False))


def test_the_merged_log_names_who_wrote_each_line(keeper):
    keeper.start(part("web-1", LIVES), part("beat", LIVES))
    wait_until(lambda: keeper.logs.everything.exists() and keeper.logs.everything.read_text().count("here") == 2)
    assert "web-1      | here\n" in keeper.logs.everything.read_text()


def test_ending_takes_whoever_does_not_go(keeper):
    deaf = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here'); time.sleep(60)"
    keeper.start(part("deaf", deaf))
    wait_until(lambda: "here" in keeper.last_line("deaf"))
    began = time.monotonic()
    keeper.end()
    assert time.monotonic() - began < 6 and keeper.kept["deaf"].process.poll() == -signal.SIGKILL


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only Linux tells children that their parent died.")
def test_a_keeper_that_is_killed_takes_its_parts_with_it(tmp_path):
    script = (
        f"import sys, time; sys.path.insert(0, {str(DEPLOY)!r}); from pathlib import Path\n"
        "from cluster.keeper import Keeper, Part\n"
        f"k = Keeper(Path({str(tmp_path)!r}))\n"
        f"k.start(Part(name='child', command=[sys.executable, '-c', {LIVES!r}], is_ready=lambda: True))\n"
        "print(k.kept['child'].process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as keeper:
        child = int(keeper.stdout.readline())
        time.sleep(0.5)
        keeper.kill()
    wait_until(lambda: not is_alive(child))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_every_place_of_the_template_is_filled(tmp_path):
    for site in (
        Site(names=["parvis.example.org"], nodes=["127.0.0.1:8001"], data=tmp_path, certificate="/c.pem", key="/k.pem"),
        Site(names=["127.0.0.1"], nodes=["127.0.0.1:8001"], data=tmp_path, listen="127.0.0.1:8080"),
    ):
        text = site.rendered()
        assert "@NODES@" not in text and not [word for word in text.split() if word.isupper() and word.startswith("@")]
        assert f"alias {tmp_path}/blobs/;" in text


@pytest.mark.parametrize("name", ["parvis example", "a;b", "a$b", 'a"b'])
def test_names_that_nginx_would_read_as_something_else_are_refused(tmp_path, name):
    with pytest.raises(Stop):
        Site(names=[name], nodes=["127.0.0.1:8001"], data=tmp_path, listen="127.0.0.1:8080").rendered()


def test_nothing_that_is_installed_starts_by_itself(tmp_path):
    rule = tmp_path / "policy-rc.d"
    with services_held_back(rule):
        assert subprocess.run([rule], check=False).returncode == 101
    assert not rule.exists()
    rule.write_text("the machine's own\n")
    with services_held_back(rule):
        assert rule.read_text() == "the machine's own\n"
    assert rule.exists()
