"""Pictures are decoded in a room apart: what takes too much there takes nothing here, and the next one is made."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from kit import pictures
from kit.pictures import PictureRefused

pytestmark = pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="looks at processes as Linux shows them")


def drawn(form: str = "PNG", size: tuple[int, int] = (64, 48), **more) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, form, **more)
    return file.getvalue()


def with_scans(times: int) -> bytes:
    """A JPEG of some kB whose decoder goes over 16 million points as often as one likes."""
    file = io.BytesIO()
    Image.new("L", (4000, 4000)).save(file, "JPEG", progressive=True, quality=5)
    whole = file.getvalue()[:-2]
    last = whole.rindex(b"\xff\xda")
    return whole + whole[last:] * times + b"\xff\xd9"


@pytest.fixture
def workshops(monkeypatch):
    """Of this test alone, ended with it."""
    own = pictures._Workshops()
    monkeypatch.setattr(pictures, "_workshops", own)
    yield own
    own.close()


def only_process(workshops) -> subprocess.Popen:
    (one,) = workshops._idle
    return one._process


def code_of(content: bytes) -> str:
    with pytest.raises(PictureRefused) as refused:
        pictures.remake(content, longest=64)
    return refused.value.code


def test_one_process_makes_one_picture_after_the_other(workshops):
    assert pictures.remake(drawn(), longest=32).width == 32
    first = only_process(workshops)
    assert pictures.remake(drawn(), longest=16, is_square=True).height == 16
    assert only_process(workshops) is first


def test_it_has_little_memory_none_of_our_variables_and_no_file_of_ours(workshops, monkeypatch):
    monkeypatch.setenv("PARVIS_TEST_SECRET", "codename zirconium")
    pictures.remake(drawn(), longest=32)
    mine = Path(f"/proc/{only_process(workshops).pid}")
    limits = {line[:25].strip(): line[26:].split()[0] for line in (mine / "limits").read_text().splitlines()}
    assert limits["Max address space"] == "1200000000"
    assert limits["Max file size"] == limits["Max core file size"] == "0"
    assert b"zirconium" not in (mine / "environ").read_bytes()
    held = {os.readlink(one) for one in (mine / "fd").iterdir()}
    assert all(name.startswith(("pipe:", "/dev/null")) for name in held), held


@pytest.mark.parametrize(("limit", "most"), [("MAX_WORK", 1), ("MAX_SECONDS", 2.0)])
def test_a_picture_made_to_take_minutes_is_ended_at_its_limit_and_the_next_one_is_made(
    workshops, monkeypatch, limit, most
):
    bomb = with_scans(20_000)
    assert len(bomb) < 2_000_000
    pictures.remake(drawn(), longest=32)
    cpu = time.process_time()
    with monkeypatch.context() as less:
        less.setattr(pictures, limit, most)
        assert code_of(bomb) == "work"
    assert time.process_time() - cpu < 1 and not workshops._idle
    assert pictures.remake(drawn(), longest=32).width == 32


def test_a_process_that_dies_over_a_picture_refuses_that_one_only(workshops, monkeypatch):
    whole = pictures._Process.ask

    def killed(self, *args, **wanted):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        return whole(self, *args, **wanted)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(pictures._Process, "ask", killed)
        assert code_of(drawn()) == "work"
    assert pictures.remake(drawn(), longest=32).width == 32


def test_one_that_left_because_nobody_asked_is_replaced_without_a_word(workshops):
    pictures.remake(drawn(), longest=32)
    only_process(workshops).kill()
    assert pictures.remake(drawn(), longest=32).width == 32


def test_more_than_can_wait_are_sent_away_at_once(workshops):
    held = [workshops._turn() for _ in range(pictures.AT_ONCE)]
    for turn in held:
        turn.__enter__()
    made: list[int] = []
    one_more = lambda: made.append(pictures.remake(drawn(), longest=32).width)  # noqa: E731
    line = [threading.Thread(target=one_more) for _ in range(pictures.IN_LINE)]
    for one in line:
        one.start()
    while workshops._waiting < pictures.IN_LINE:
        time.sleep(0.01)
    began = time.monotonic()
    assert code_of(drawn()) == "busy" and time.monotonic() - began < 1
    for turn in held:
        turn.__exit__(None, None, None)
    for one in line:
        one.join()
    assert made == [32] * pictures.IN_LINE, "who waited had their turn"


def test_what_forks_speaks_to_a_process_of_its_own(workshops):
    pictures.remake(drawn(), longest=32)
    before = only_process(workshops).pid
    child = os.fork()
    if child == 0:
        made = pictures.remake(drawn(), longest=16).width
        mine = only_process(pictures._workshops).pid
        pictures._workshops.close()
        os._exit(0 if made == 16 and mine != before else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert pictures.remake(drawn(), longest=32).width == 32 and only_process(workshops).pid == before


def test_the_server_itself_loads_no_decoder():
    asked = "import django, sys; django.setup(); import intranet.urls, people.photos; print('PIL' in sys.modules)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "intranet.settings"}
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip().endswith("False")
