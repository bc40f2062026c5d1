"""A real archive into an empty embedded company: minutes, memory, kills survived, index time, and some searches.

    python -m bench.imports FOLDER [--site URL] [--kills 3] [QUERY …]

FOLDER is an archive that `manage.py import_zulip` reads. The company lives in a temporary folder. With ``--kills`` the
import is killed (SIGKILL) at so many random moments and started again; the rows of the source are counted by other
means than the importer's. Wall times suffer from whoever else uses the machine; CPU times are given beside them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUERIES = ["tactic", "proof assistant", '"normal form"', "status:closed", "before:2021 lemma"]
MAKE_ADMINISTRATOR = """
from people.models import Person
Person.objects.create(email="ada@example.test", display_name="Ada", is_administrator=True)
"""


class Company:
    """An empty company in a folder of its own, and commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        unset = {"DATABASE_URL", "REDIS_URL"}
        self.environment = {name: value for name, value in os.environ.items() if name not in unset}
        self.environment["PARVIS_DATA"] = str(folder)
        self.run("migrate", "--verbosity", "0")
        self.run("shell", "--verbosity", "0", "--command", MAKE_ADMINISTRATOR)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            self.command(*arguments), env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def ask(self, question: str) -> list[tuple]:
        with sqlite3.connect(self.folder / "db.sqlite3", timeout=30) as database:
            return database.execute(question).fetchall()

    def posts(self) -> int:
        return int(self.ask("SELECT count(*) FROM imports_sourcerecord WHERE kind = 'post'")[0][0])


def bring_in(company: Company, arguments: list[str], kills: list[int]) -> int:
    """Run the import, killed when so many posts are there; the peak of its memory in MiB."""
    peak = 0
    for moment in [*kills, None]:
        process = subprocess.Popen(
            company.command("import_zulip", *arguments), env=company.environment, stdout=subprocess.DEVNULL
        )
        while process.poll() is None:
            peak = max(peak, memory(process.pid))
            if moment is not None and company.posts() >= moment:
                time.sleep(random.uniform(0, 0.2))
                process.send_signal(signal.SIGKILL)
                process.wait()
            time.sleep(0.1)
        print(f"  ended with {process.returncode}, {company.posts():,} posts there", flush=True)
    return peak


def memory(process: int) -> int:
    """Highest resident memory of a process so far, in MiB."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def source_ids(folder: Path) -> Counter[str]:
    """How often each message stands in the archive: no line of this is shared with the reader."""
    found: Counter[str] = Counter()
    for file in (folder / "messages").iterdir():
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            found.update(str(json.loads(line)["id"]) for line in lines)
    return found


def compare(company: Company, source: Counter[str]) -> None:
    """Say how what is stored agrees with what was there."""
    records = dict(company.ask("SELECT source_id, row_id FROM imports_sourcerecord WHERE kind = 'post'"))
    posts = {key for (key,) in company.ask("SELECT id FROM walls_post")}
    wrong = company.ask(
        "SELECT count(*) FROM walls_thread WHERE reply_count != last_number - 1 OR last_number !="
        " (SELECT count(*) FROM walls_post WHERE thread_id = walls_thread.id)"
    )[0][0]
    print(f"rows in the source {source.total():,}, different messages {len(source):,}, posts {len(posts):,}")
    print(
        f"the same messages: {records.keys() == source.keys()}; each has its one row: {set(records.values()) == posts}"
    )
    print(f"threads {company.ask('SELECT count(*) FROM walls_thread')[0][0]:,}, with wrong counters {wrong}")


def search(company: Company, queries: list[str]) -> None:
    """Each query thrice as the administrator: how many threads, the first title, the best time."""
    os.environ |= {"PARVIS_DATA": str(company.folder), "DJANGO_SETTINGS_MODULE": "intranet.settings"}
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)
    import django

    django.setup()
    from people.models import Person
    from search import language
    from search import queries as asked
    from walls.models import Thread

    viewer = Person.objects.get(email="ada@example.test")
    for query in queries:
        answers = [asked.search(viewer=viewer, query=language.parse(query)) for _ in range(3)]
        best = min(answer.milliseconds for answer in answers)
        first = Thread.objects.filter(posts=answers[0].hits[0].pk).first() if answers[0].hits else None
        print(f"  {query!r}: {answers[0].total:,} found in {best} ms; first: {first}")


def spent() -> float:
    """CPU seconds of the processes that ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--site", default="")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("queries", nargs="*", default=QUERIES)
    chosen = parser.parse_args()
    source = source_ids(chosen.folder)
    kills = sorted(random.sample(range(1, len(source)), chosen.kills))
    with tempfile.TemporaryDirectory() as folder:
        company = Company(Path(folder))
        began, cpu = time.monotonic(), spent()
        peak = bring_in(company, [str(chosen.folder), "--site", chosen.site], kills)
        took = time.monotonic() - began
        print(f"import: {took / 60:.1f} min, {spent() - cpu:.0f} s of CPU, at most {peak} MiB, killed at {kills} posts")
        compare(company, source)
        began, cpu = time.monotonic(), spent()
        company.run("rebuild_index", "--quiet")
        print(f"index: {time.monotonic() - began:.0f} s, {spent() - cpu:.0f} s of CPU")
        search(company, chosen.queries)


if __name__ == "__main__":
    main()
