"""`manage.py import_zulip`: a report to the single row, a dry run that writes nothing, and kills that lose nothing."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from imports import services
from people.models import Person
from tests.imports.conftest import ROWS, said, write_archive
from walls.models import Post


@pytest.fixture
def run(cast, settings, tmp_path, capsys):
    settings.DATA_FOLDER = tmp_path / "data"

    def command(folder: Path, *arguments: str) -> str:
        call_command("import_zulip", str(folder), *arguments)
        return capsys.readouterr().out

    return command


def test_a_dry_run_reports_and_writes_nothing(run, archive):
    said_so = run(archive, "--dry-run")
    assert "A dry run: nothing was written." in said_so
    assert "rows in = stored + refused: yes" in said_so
    assert not Post.objects.exists()
    assert not Person.objects.filter(is_stand_in=True).exists()


def test_the_report_names_every_refused_row_with_its_reason(run, tmp_path):
    folder = write_archive(tmp_path / "broken", [*ROWS, "{", said(1, "<p>again</p>"), said(9, " ")])
    said_so = run(folder, "--as", "ada.admin@example.test")
    assert "posts stored: 6" in said_so
    assert "posts refused: 3" in said_so
    [report] = (tmp_path / "data" / "imports" / "zulip-broken").glob("report-*.md")
    text = report.read_text()
    assert "| post | 1 | message is there twice |" in text
    assert "| post | 9 | message has no text |" in text
    assert "| post | messages/7-north-house.jsonl.gz:" in text


def test_no_copy_of_the_texts_is_left_behind(run, archive, tmp_path):
    run(archive)
    left = {path.name for path in (tmp_path / "data" / "imports" / "zulip-archive").rglob("*") if path.is_file()}
    assert left == {"lock", next(name for name in left if name.startswith("report-"))}


def test_the_same_archive_is_never_imported_twice_at_once(run, archive):
    with services.alone("zulip/archive"), pytest.raises(CommandError, match="another command now"):
        run(archive)


@pytest.mark.parametrize("email", ["max.member@example.test", "nobody@example.test"])
def test_somebody_who_is_no_administrator_is_refused_with_a_sentence(run, archive, email):
    with pytest.raises(CommandError, match="no administrator"):
        run(archive, "--as", email)


def test_with_several_administrators_one_is_named(run, archive, cast):
    Person.objects.filter(pk=cast.manager.pk).update(is_administrator=True)
    with pytest.raises(CommandError, match="--as EMAIL"):
        run(archive)


def test_a_folder_that_is_no_archive_is_refused_with_a_sentence(run, tmp_path):
    with pytest.raises(CommandError, match=r"no readable streams\.json"):
        run(tmp_path)


def test_a_later_snapshot_finds_its_archive_by_the_address_of_the_chat(run, tmp_path):
    run(write_archive(tmp_path / "may", ROWS[:2]), "--site", "https://chat.test/")
    said_so = run(write_archive(tmp_path / "june"), "--site", "https://chat.test")
    assert "| posts | 4 | 2 | 6 | 0 |" in said_so


# Killed ---------------------------------------------------------------------------------------------------------------

MESSAGES = 1_600
TWICE = 7


@pytest.mark.slow
@pytest.mark.skipif(bool(settings.DATABASE_URL), reason="the process runs on a data folder of its own, on SQLite")
def test_killed_at_any_moment_and_run_again_every_row_is_there_once(tmp_path, free_company):
    """A real process, killed while it reads, while people come in and twice while it writes.

    The rows of the source are counted by other means than the importer's.
    """
    rows = [said(n, f"<p>word{n}</p>", topic=f"topic {n % 40}", sender=f"Writer {n % 90}") for n in range(1, MESSAGES)]
    folder = write_archive(tmp_path / "big", rows + rows[:TWICE])
    draw = random.Random()
    moments = [-1, 0, *sorted(draw.sample(range(200, MESSAGES - 400), 2))]
    for moment in moments:
        process = free_company.start(folder)
        free_company.wait_for(moment)
        time.sleep(draw.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it had ended before it was killed"
    assert free_company.start(folder).wait(timeout=120) == 0
    source = [json.loads(line)["id"] for file in (folder / "messages").glob("*.gz") for line in gzip.open(file, "rt")]
    with sqlite3.connect(free_company.data / "db.sqlite3") as database:
        stored = dict(database.execute("SELECT source_id, row_id FROM imports_sourcerecord WHERE kind = 'post'"))
        posts = {key for (key,) in database.execute("SELECT id FROM walls_post")}
        wrong = database.execute(
            "SELECT count(*) FROM walls_thread WHERE reply_count != last_number - 1 OR last_number !="
            " (SELECT count(*) FROM walls_post WHERE thread_id = walls_thread.id)"
        ).fetchone()
    assert len(source) == len(stored) + TWICE
    assert {str(number) for number in source} == stored.keys()
    assert set(stored.values()) == posts
    assert wrong == (0,)


class FreeCompany:
    """A data folder of its own, and the command as a process on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        unset = {"DATABASE_URL", "REDIS_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        self.environment = kept | {"PARVIS_DATA": str(data), "PYTHONDONTWRITEBYTECODE": "1"}
        self.manage("migrate", "--verbosity", "0")
        self.manage("shell", "--verbosity", "0", "--command", MAKE_ADMINISTRATOR)

    def manage(self, *arguments: str) -> None:
        subprocess.run(self.command(*arguments), env=self.environment, check=True, capture_output=True)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]

    def wait_for(self, posts: int) -> None:
        """Return when so many posts stand in the database; with -1, when the reader writes its form."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            if posts < 0 and any(self.data.glob("imports/*/form/posts.jsonl")):
                return
            with sqlite3.connect(self.data / "db.sqlite3") as database:
                kinds = "SELECT count(*) FROM imports_sourcerecord WHERE kind = ?"
                if posts == 0 and database.execute(kinds, ["person"]).fetchone()[0]:
                    return
                if posts > 0 and database.execute(kinds, ["post"]).fetchone()[0] >= posts:
                    return
            time.sleep(0.01)
        raise AssertionError(f"{posts} posts were never written")

    def start(self, folder: Path, command: str = "import_zulip") -> subprocess.Popen:
        quiet = subprocess.DEVNULL
        return subprocess.Popen(self.command(command, str(folder)), env=self.environment, stdout=quiet, stderr=quiet)


MAKE_ADMINISTRATOR = """
from people.models import Person
Person.objects.create(email="ada@example.test", display_name="Ada", is_administrator=True)
"""


@pytest.fixture
def free_company(tmp_path):
    return FreeCompany(tmp_path / "data")
