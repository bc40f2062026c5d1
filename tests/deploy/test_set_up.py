"""The set-up scripts: what stops them is one sentence, and what is there already is not made again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
sys.path.insert(0, str(DEPLOY))

import environment  # noqa: E402
import legs  # noqa: E402
import stop  # noqa: E402


def run(*command, **more):
    env = {**os.environ, **more}
    return subprocess.run(
        [str(word) for word in command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )


def sentence(done):
    assert done.returncode != 0
    (line,) = done.stderr.strip().splitlines()
    assert "Traceback" not in line
    return line


def test_a_taken_port_stops_before_any_work():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(sys.executable, DEPLOY / "setup.py", "run", PORT=str(port))
    assert f"Port {port} is taken" in sentence(done)
    assert done.stdout == ""


@pytest.mark.parametrize("port", ["eighty", "0", "70000"])
def test_a_port_that_is_none_is_said(port):
    assert "PORT must be a number" in sentence(run(sys.executable, DEPLOY / "setup.py", "run", PORT=port))


def test_an_old_python_is_named_with_the_one_that_is_needed(tmp_path):
    old = tmp_path / "python3"
    # answers like a Python 3.9: refuses the version question, then says what it is
    old.write_text(
        "#!/bin/sh\ncase \"$2\" in *version_info\\ \\<*) exit 1;; *) echo '3.9 at /usr/bin/python3';; esac\n"
    )
    old.chmod(0o755)
    said = sentence(run("sh", DEPLOY / "python", "deploy/setup.py", PATH=f"{tmp_path}:/bin", PYTHON=str(old)))
    assert "3.11 or newer" in said and "3.9" in said


def test_no_python_at_all_is_said():
    said = sentence(run("/bin/sh", DEPLOY / "python", "deploy/setup.py", PYTHON="no-such-python"))
    assert "none was found" in said


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(stop.shutil, "disk_usage", lambda _: type("U", (), {"free": 5_000_000})())
    with pytest.raises(stop.Stop, match="only 5 MB are free"):
        stop.need_space(tmp_path, megabytes=900, what="The first set-up")


def test_what_runs_out_of_space_in_the_middle_is_said(tmp_path):
    log = tmp_path / "log"
    with pytest.raises(stop.Stop, match="no space left"):
        stop.call(["sh", "-c", "echo 'write error: No space left on device'; exit 1"], log=log, sentence="It failed")


def test_a_failing_command_is_one_sentence_with_the_place_of_its_words(tmp_path):
    log = tmp_path / "log"
    with pytest.raises(stop.Stop, match=r"It failed .*log"):
        stop.call(["sh", "-c", "echo reason; exit 3"], log=log, sentence="It failed")
    assert log.read_text() == "reason\n"


def test_a_stamp_is_fresh_only_for_the_same_content(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    source, stamp = tmp_path / "requirements.txt", tmp_path / "stamp"
    source.write_text("Django==5.2.19\n")
    assert not environment.is_fresh(stamp, environment.fingerprint(source))
    stamp.write_text(environment.fingerprint(source))
    assert environment.is_fresh(stamp, environment.fingerprint(source))
    source.write_text("Django==5.2.20\n")
    assert not environment.is_fresh(stamp, environment.fingerprint(source))


def test_the_closing_line_counts_every_leg(tmp_path):
    report = tmp_path / "report.xml"
    came_of = ("", "<failure/>", "<skipped/>", "<error/>")
    cases = [f'<testcase classname="a" name="n{n}">{what}</testcase>' for n, what in enumerate(came_of)]
    report.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    count = legs.Count()
    count.add(report, "sqlite")
    count.add(report, "postgresql")
    assert count.line(12.345) == "==== 2 failed, 2 passed, 2 skipped, 2 error in 12.35s ===="
    assert "FAILED sqlite: a::n1" in count.names


class Script(legs.Leg):
    """A leg that runs a line of Python in place of pytest."""

    def command(self):
        return [sys.executable, "-c", self.extra[0]]


def run_leg(folder, script, *, is_beside=True, stopped=None):
    count = legs.Count()
    leg = Script("faults", folder, dict(os.environ), [script], stopped or threading.Event())
    leg.run(count, threading.Lock(), is_beside=is_beside)
    return leg, count


def test_what_a_leg_beside_another_says_comes_in_one_piece_with_what_it_cost(tmp_path, capfdbinary):
    leg, count = run_leg(tmp_path, "sum(range(5_000_000)); print('done')")
    end = f"done\n---- faults: {leg.took:.0f} s, {leg.worked:.0f} s of CPU ----\n"
    assert capfdbinary.readouterr().out.endswith(end.encode())
    assert 0.02 < leg.worked < 20
    assert count.names == []


def test_a_leg_that_ends_badly_without_a_report_is_an_error(tmp_path):
    _, count = run_leg(tmp_path, "raise SystemExit(3)")
    assert count.names == ["ERROR faults: pytest ended with code 3"]


def test_a_leg_in_several_lists_is_dealt_out_among_them(tmp_path):
    stage = (("faults", "cluster"), ("journeys",), ("journeys",))
    assert legs.dealt(stage, {"cluster", "journeys"}) == [
        [("cluster", (0, 1))], [("journeys", (0, 2))], [("journeys", (1, 2))],
    ]  # fmt: skip
    shares = [
        [word for word in leg.command() if word.endswith(".py")]
        for part in (0, 1)
        if (leg := legs.Leg("journeys", tmp_path, {}, [], threading.Event(), (part, 2)))
    ]
    there = sorted(str(file) for file in (ROOT / "tests" / "journeys").rglob("test_*.py"))
    assert sorted(shares[0] + shares[1]) == there
    assert abs(len(shares[0]) - len(shares[1])) <= 1


def test_a_leg_that_is_told_to_stop_is_killed_and_counted(tmp_path):
    stopped = threading.Event()
    threading.Timer(1, stopped.set).start()
    leg, count = run_leg(tmp_path, "import time; time.sleep(600)", is_beside=False, stopped=stopped)
    assert 0.5 < leg.took < 60
    assert count.names == [f"ERROR faults: stopped after {leg.took:.0f} s"]


def test_only_pinned_versions_are_installed():
    for name in ("requirements.txt", "requirements-dev.txt", "deploy/requirements-node.txt"):
        for line in (ROOT / name).read_text().splitlines():
            line = line.split("#")[0].strip()
            assert not line or line.startswith("-r ") or "==" in line, f"{name}: {line} is not pinned"
