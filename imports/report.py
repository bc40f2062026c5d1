"""The report of an import: what came in, what was refused and why, to the single row."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from imports.services import Outcome, work_folder
from kit import clock

NOUNS = {"person": "people", "group": "groups", "thread": "threads", "post": "posts", "reaction": "reactions"}


def summary(outcome: Outcome) -> str:
    """The figures, in Markdown; English, like every file for whoever runs commands."""
    lines = [f"# Import of {outcome.source}", ""]
    if outcome.is_dry_run:
        lines += ["A dry run: nothing was written.", ""]
    kinds = {f"{noun}s": count for noun, count in outcome.rows.items()}
    lines += [f"- {name} in the source: {count:,}" for name, count in kinds.items()]
    lines += [
        f"- posts stored: {outcome.stored.get('post', 0):,}" + (" (would be)" if outcome.is_dry_run else ""),
        f"- posts refused: {outcome.refused_posts:,}",
        f"- rows in = stored + refused: {'yes' if outcome.balances else 'NO'}",
        "",
        "| noun | new in this run | here before | in all | refused |",
        "|---|--:|--:|--:|--:|",
    ]
    refused = Counter(one.noun for one in outcome.refused)
    for noun, name in NOUNS.items():
        new, known = outcome.written.new[noun], outcome.written.known[noun]
        lines.append(f"| {name} | {new:,} | {known:,} | {outcome.stored.get(noun, 0):,} | {refused[noun]:,} |")
    if outcome.written.new["picture"] or refused["picture"]:
        lines.append(f"| pictures | {outcome.written.new['picture']:,} | | | {refused['picture']:,} |")
    if outcome.refused:
        lines += ["", "## Refused, by reason", ""]
        reasons = Counter((one.noun, one.reason) for one in outcome.refused)
        lines += [f"- {noun}: {reason}: {count:,}" for (noun, reason), count in sorted(reasons.items())]
    if outcome.notes:
        lines += ["", "## Changed on the way", ""]
        lines += [f"- {note}: {count:,}" for note, count in sorted(outcome.notes.items()) if count]
    return "\n".join(lines) + "\n"


def write_report(outcome: Outcome) -> Path:
    """Write the report beside the archive's work and answer where it is; each refusal has its line."""
    kind = "dry-run" if outcome.is_dry_run else "report"
    path = work_folder(outcome.source) / f"{kind}-{clock.now():%Y%m%d-%H%M%S}.md"
    with path.open("w", encoding="utf-8") as file:
        file.write(summary(outcome))
        if outcome.refused:
            file.write("\n## Every refusal\n\n| noun | id in the source | reason | detail |\n|---|---|---|---|\n")
            for one in outcome.refused:
                cells = (one.noun, one.id, one.reason, one.detail)
                file.write("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n")
    return path
