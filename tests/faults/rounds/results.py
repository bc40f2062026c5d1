"""What came of the rounds: a line of JSON each, in a file that grows over runs, and the table made of them."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.faults.rounds.one_round import Round
from tests.long_runs import KeptLines, write_between

FILE = "rounds.jsonl"
#: seconds in which every screen has to be right again (R3)
LATE = 5.0
BEGIN, END = "<!-- rounds: begin -->", "<!-- rounds: end -->"


class Results(KeptLines):
    """The file in ``folder``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, FILE)

    def played(self, seed: int) -> int:
        """The last round of ``seed`` that was played."""
        return max((line["round"] for line in self.lines if line["seed"] == seed), default=0)


def line_of(one: Round, *, seed: int, number: int, code: str, seconds: float) -> dict[str, Any]:
    """One round as it is kept; nothing in it is a text of anybody."""
    ledger = one.ledger
    is_of = lambda *words: sum(any(word in breach.what for word in words) for breach in one.breaches)  # noqa: E731
    return {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "round": number,
        "code": code,
        "fault": one.fault.name,
        "second": one.second.name if one.second else "",
        "sent": len(ledger.presses),
        "acknowledged": sum(press.is_acknowledged for press in ledger.presses),
        "given_up": sum(press.is_given_up for press in ledger.presses),
        "tries": sum(press.tries for press in ledger.presses),
        "lost": is_of("is lost"),
        "doubled": is_of(" times", "different posts"),
        "lasted": round(one.lasted, 2),
        "answered": round(one.answered, 2),
        "healed": round(one.healed, 2),
        "storm_back": one.storm_back,
        "died": one.died,
        "breaches": [str(breach) for breach in one.breaches],
        "seconds": round(seconds, 1),
    }


def summary(lines: Iterable[dict[str, Any]]) -> str:
    """All rounds as Markdown: the sum, and a row for each kind of fault."""
    rounds = [line for line in lines if "fault" in line]
    settles = [line for line in lines if "settled" in line]
    if not rounds:
        return "No round was played yet.\n"
    broken = [line for line in [*rounds, *settles] if line["breaches"]]
    out = [_sum_of(rounds, broken), *_table_of(rounds)]
    storms = [line["storm_back"] for line in rounds if line["storm_back"]]
    if storms:
        out.append(f"\nAll sockets of a storm were back after {statistics.median(storms):.0f} s (median), "
                   f"{max(storms):.0f} s at worst.")  # fmt: skip
    waits = [line["settled"] for line in settles]
    if waits:
        out.append(f"\nEvery fact was heard {statistics.median(waits):.0f} s (median) after a stretch of rounds, "
                   f"{max(waits):.0f} s at worst, and all inboxes were right then.")  # fmt: skip
    died = sorted({name.split(":")[0] for line in rounds for name in line["died"]})
    if died:
        out.append(f"\nProcesses that ended by themselves and were started again, as systemd would: {', '.join(died)}.")
    seeds = Counter(line["seed"] for line in rounds)
    out.append("\nSeeds: " + ", ".join(f"{seed} ({count})" for seed, count in seeds.items()) + ".")
    return "\n".join(out) + "\n"


def _sum_of(rounds: list[dict[str, Any]], broken: list[dict[str, Any]]) -> str:
    days = sorted({line["at"][:10] for line in rounds})
    total = {key: sum(line[key] for line in rounds) for key in ("sent", "acknowledged", "lost", "doubled", "tries")}
    return (
        f"{len(rounds):,} rounds ({' to '.join(dict.fromkeys((days[0], days[-1])))}), "
        f"{sum(line['seconds'] for line in rounds) / len(rounds):.1f} s each on average; "
        f"{sum(bool(line['second']) for line in rounds):,} of them with two faults at once. "
        f"Posts: {total['sent']:,} sent in {total['tries']:,} tries, {total['acknowledged']:,} acknowledged, "
        f"**{total['lost']:,} lost, {total['doubled']:,} doubled**. "
        f"Rounds with a breach of any promise: {len(broken):,}.\n"
    )


def _table_of(rounds: list[dict[str, Any]]) -> list[str]:
    names = ("fault", "rounds", "acknowledged", "lost", "doubled", "healed: median s", "worst s", "> 5 s", "breaches")
    out = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    for name in sorted({line["fault"] for line in rounds}):
        some = [line for line in rounds if line["fault"] == name]
        healed = [line["healed"] for line in some if line["healed"] >= 0]
        cells: list[object] = [name, len(some)]
        cells += [sum(line[key] for line in some) for key in ("acknowledged", "lost", "doubled")]
        cells += [f"{statistics.median(healed) if healed else 0:.1f}", f"{max(healed, default=0):.1f}"]
        cells += [sum(value > LATE for value in healed), sum(len(line["breaches"]) for line in some)]
        out.append(f"| {' | '.join(map(str, cells))} |")
    return out


def write_into(page: Path, text: str) -> None:
    """Put the summary between the two marks of the page."""
    write_between(page, BEGIN, END, text)
