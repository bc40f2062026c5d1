"""What came of the scripts and of the planted leaks: a line of JSON each, and the tables of ``docs/privacy.md``."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from pathlib import Path
from typing import Any

from tests.long_runs import KeptLines, write_between
from tests.worlds.leaks import sockets
from tests.worlds.leaks.planting import LEAKS, Leak
from tests.worlds.machine.scripts import Script, Unlike
from tests.worlds.world import IS_SERVER

DATABASE = "PostgreSQL" if IS_SERVER else "SQLite"
BEGIN, END = "<!-- worlds: begin -->", "<!-- worlds: end -->"


class Scripts(KeptLines):
    """A line for each script."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "scripts.jsonl")

    def played(self, seed: int) -> tuple[int, int]:
        """The last batch of ``seed`` that was begun, and how many steps it has in all."""
        of_seed = [line for line in self.lines if line["seed"] == seed]
        return max((line["batch"] for line in of_seed), default=0), sum(line["steps"] for line in of_seed)


class Leaks(KeptLines):
    """A line for each hunt for a planted leak."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "leaks.jsonl")


def line_of(script: Script, found: BaseException | None, *, seed: int, batch: int, code: str) -> dict[str, Any]:
    """One script as it is kept."""
    counted = script.counted
    return {
        **_now(code),
        "seed": seed,
        "batch": batch,
        "form": script.form.name,
        "roles": list(script.form.roles),
        "steps": counted.steps,
        "private": counted.private,
        "refused": counted.refused,
        "looks": counted.looks,
        "worked": round(counted.worked, 1),
        "found": _in_short(found),
    }


def leak_line(
    leak: Leak, found: BaseException | None, *, seed: int, steps: int, worked: float, code: str
) -> dict[str, Any]:
    """One hunt as it is kept."""
    return {
        **_now(code),
        "seed": seed,
        "leak": leak.name,
        "door": leak.door,
        "steps": steps,
        "worked": round(worked, 1),
        "found": _in_short(found),
    }


def is_of_open_tabs(leak: Leak) -> bool:
    """True for what nobody can notice in a random script: no tabs are open there (docs/decisions/0191)."""
    return leak.plant.__module__ == sockets.__name__


def _now(code: str) -> dict[str, Any]:
    return {"at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "code": code, "database": DATABASE}


def _in_short(found: BaseException | None) -> str:
    if isinstance(found, Unlike):
        return f"{found.who} at {found.where}"
    return f"{type(found).__name__} {str(found).strip().splitlines()[-1:]}" if found else ""


# The page -----------------------------------------------------------------------------------------------------------
def summary(scripts: list[dict[str, Any]], leaks: list[dict[str, Any]]) -> str:
    """All that was played as Markdown."""
    if not scripts and not leaks:
        return "No long run was made yet.\n"
    return "\n".join([*_of_scripts(scripts), *_of_leaks(leaks)]) + "\n"


def _of_scripts(lines: list[dict[str, Any]]) -> list[str]:
    if not lines:
        return []
    days = sorted({line["at"][:10] for line in lines})
    total = {key: sum(line[key] for line in lines) for key in ("steps", "private", "refused", "looks", "worked")}
    looks = 2 * total["looks"]
    out = [
        f"{len(lines):,} random scripts of {total['steps']:,} steps "
        f"({' to '.join(dict.fromkeys((days[0], days[-1])))}), "
        f"{total['private']:,} of them in private and {total['refused']:,} refused to whoever tried; {looks:,} pages "
        f"compared. {total['steps'] / max(total['worked'], 1):.2f} steps and {looks / max(total['worked'], 1):.0f} "
        f"pages per second of CPU. Scripts that told two worlds apart: {sum(bool(line['found']) for line in lines)}.\n"
    ]
    databases = sorted({line["database"] for line in lines})
    out += ["| who looked after each step | steps | " + " | ".join(f"on {name}" for name in databases) + " |"]
    out += ["|---|---:" + "|---:" * len(databases) + "|"]
    for role in dict.fromkeys(role for line in lines for role in line["roles"]):
        steps = Counter[str]()
        for line in lines:
            steps[line["database"]] += line["steps"] * (role in line["roles"])
        cells = [f"{steps[name]:,}" for name in databases]
        out.append(f"| {role} | {steps.total():,} | {' | '.join(cells)} |")
    seeds = Counter(line["seed"] for line in lines)
    return [*out, "\nSeeds: " + ", ".join(f"{seed} ({count})" for seed, count in seeds.items()) + "."]


def _of_leaks(lines: list[dict[str, Any]]) -> list[str]:
    if not lines:
        return []
    by_leak: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        by_leak.setdefault(line["leak"], []).append(line)
    found = {name: [line for line in some if line["found"]] for name, some in by_leak.items()}
    of_tabs = sum(map(is_of_open_tabs, LEAKS))
    out = [
        f"\nOf {len(LEAKS) - of_tabs} planted leaks {len(by_leak)} were looked for by random scripts, which found "
        f"{sum(map(bool, found.values()))}. {of_tabs} more are of open tabs, which random scripts do not have; every "
        "planted leak has a short script of its own.\n"
    ]
    out += ["| planted leak | door | hunts | found | steps until it was (median) |", "|---|---|---:|---:|---:|"]
    for name, some in sorted(by_leak.items(), key=lambda item: (item[1][0]["door"], item[0])):
        steps = [line["steps"] for line in found[name]]
        median = f"{statistics.median(steps):.0f}" if steps else f"not in {max(line['steps'] for line in some)}"
        out.append(f"| {name} | {some[0]['door']} | {len(some)} | {len(steps)} | {median} |")
    return out


def write_into(page: Path, text: str) -> None:
    """Put the tables between the two marks of the page."""
    write_between(page, BEGIN, END, text)
