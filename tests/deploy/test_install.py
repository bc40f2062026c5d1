"""Parts of the installer, run: a version that doesn't start is not switched to, one that fails later is put back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.intranet import servers

INSTALL = servers.ROOT / "deploy" / "install"
#: systemd's part, on paper
SYSTEMCTL = 'systemctl() { echo "systemctl $*"; }\n'


def bash(words: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``words`` after the installer was sourced; OPT is a folder of ours."""
    script = f'. "{INSTALL}"\nOPT={folder}\n{words}'
    environment = servers.environment(folder / "data", **variables)
    return subprocess.run(
        ["bash", "-c", script], env=environment, cwd=servers.ROOT,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def trial(serve: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """``prove`` of a version whose ``manage.py serve`` is ``serve``."""
    as_parvis = f'as_parvis() {{ shift 2; echo "asked for $1 $2 $3" >&2; exec {serve} "$3"; }}\n'
    return bash(f"{as_parvis}TRIAL={servers.free_port()}\nprove\necho proved", folder)


def test_a_version_that_answers_is_proven_and_its_trial_ends(tmp_path):
    (tmp_path / "data").mkdir()
    assert servers.manage(tmp_path / "data", "migrate", "--verbosity", "0").returncode == 0
    done = trial(f"{sys.executable} manage.py serve --port", tmp_path)
    assert done.returncode == 0 and done.stdout.endswith("proved\n"), done.stdout + done.stderr


def test_a_version_that_does_not_start_is_refused_in_one_sentence_and_nothing_is_switched(tmp_path):
    (tmp_path / "before").mkdir()
    (tmp_path / "current").symlink_to(tmp_path / "before")
    done = trial("false", tmp_path)
    assert done.returncode == 1 and "nothing was switched" in done.stderr and "proved" not in done.stdout
    assert (tmp_path / "current").resolve() == tmp_path / "before"


def test_a_node_that_fails_with_the_new_version_gets_the_one_before_back(tmp_path):
    for name in ("before", "new"):
        (tmp_path / name).mkdir()
    words = (
        f"{SYSTEMCTL}install() {{ :; }}\nanswers() {{ [ $1 != 8002 ]; }}\nrelease={tmp_path}/new\n"
        f"ln -s {tmp_path}/before {tmp_path}/current\nswitch_over"
    )
    done = bash(words, tmp_path)
    assert done.returncode == 1 and "The version before runs again" in done.stderr
    assert (tmp_path / "current").resolve() == tmp_path / "before"
    assert done.stdout.rstrip().endswith("systemctl restart parvis-web@8001 parvis-web@8002")
