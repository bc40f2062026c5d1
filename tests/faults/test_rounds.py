"""A short run of the rounds, as `make faults` plays them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.faults.standing import ROOT

from services import is_installed, postgresql_folder  # isort: skip

pytestmark = pytest.mark.slow
ROUNDS = 3
# The same faults each time: no change is refused for a fault it has nothing to do with. `make faults` draws others.
SEED = 7
# A second house and a storm of sockets take longer than all the rest: `make faults` has them.
SHORT = ["--without", "embedded,storm"]


def test_a_few_rounds_of_faults_keep_every_promise(tmp_path):
    missing = [name for name in ("nginx", "pgbouncer", "redis-server") if not is_installed(name)]
    if missing or not postgresql_folder():
        pytest.skip(f"Not on this machine: {', '.join(missing) or 'postgresql'}.")
    words = ["--seed", str(SEED), "--rounds", str(ROUNDS), "--results", str(tmp_path), *SHORT]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.rounds", *words], cwd=ROOT, env=dict(os.environ), capture_output=True,
        text=True, timeout=800, check=False,
    )  # fmt: skip
    lines = [json.loads(line) for line in (tmp_path / "rounds.jsonl").read_text().splitlines()]
    rounds = [line for line in lines if "fault" in line]
    assert done.returncode == 0, f"seed {SEED}:\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    assert [line["round"] for line in rounds] == list(range(1, ROUNDS + 1))
    assert sum(line["acknowledged"] for line in rounds) >= 5 * ROUNDS, "enough was posted to prove something"
    assert lines[-1]["waiting"] == 0, "every fact was heard at the end"
