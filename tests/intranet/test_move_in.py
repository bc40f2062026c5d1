"""An embedded company moves into PostgreSQL: rows once, files once, whatever dies, and the checksums agree."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys

import pytest
from django.conf import settings

from intranet.backups.embedded import table_sums
from kit.blobs.bucket import bucket_of
from tests.intranet import server_profile, servers

pytestmark = pytest.mark.skipif(settings.IS_EMBEDDED, reason="moves into PostgreSQL: run on the server profile")

MAKE = """
import datetime as dt
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from archive.services import write_down
from groups import services as groups
from groups.models import SpaceType
from kit import blobs, facts
from kit.models import Fact
from people.models import Company, Person
from walls.models import Draft
from walls.services import posts, threads
Company.objects.get_or_create(pk=1, defaults={"name": "Corvanne"})
common = groups.make_common_space(name="Corvanne")
people = []
for name in ("Ada", "Élodie", "名前"):
    row = Person(email=f"{len(people)}@corvanne.test", display_name=name, is_administrator=name == "Ada")
    row.set_password("correct horse battery")
    row.save()
    groups.make_personal_space(person=row)
    people.append(row)
hidden = groups.create_group(creator=people[0], name="Ultramarine", type=SpaceType.HIDDEN)
for n in range(8):
    thread = threads.post_thread(author=people[n % 3], spaces=common, source=f"Wrench {n}? é\\t\\\\N 'x'")[0]
    posts.reply(author=people[(n + 1) % 3], thread=thread, source="This one.")
Draft.objects.create(author=people[0], place="home", fields={"b": [1.0, 1e3, 0.1, None], "a": {"é": "\\\\u0041"}})
session = SessionStore()
session["a"] = "b"
session.save()
UserSession.objects.create(
    user=people[0], session_key=session.session_key, ip="2001:db8::1", user_agent="é", data={"n": 1}
)
gone = Person(email="gone@corvanne.test", display_name="Gone")
gone.save()
for n in range(5):
    blobs.put(f"picture {n}".encode())
with transaction.atomic():
    facts.tell("post.deleted", thread=1, post=1)
    for n in range(5):
        write_down(actor=people[0], kind="access.asked", reason="été", hours=n)
last = Fact.objects.create(name="thread.never-heard")
Fact.objects.filter(pk=last.pk).delete()
"""

LOOK = """
import json
from django.db import connection
from django.contrib.contenttypes.models import ContentType
from archive.verifying import is_guarded, verify
from kit import facts
from kit.models import Fact
from people.models import Person
from walls.models import Post, Thread
from groups.models import Space
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace")
    (constraints,) = cursor.fetchone()
    cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'")
    (sleeping,) = cursor.fetchone()
    cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'move_in_notes'")
    (notes,) = cursor.fetchone()
print(json.dumps({
    "constraints": constraints, "sleeping": sleeping, "notes": notes, "waiting": facts.backlog()["waiting"],
    "posts": Post.objects.count(),
    "log": [verify().count, verify().is_whole, is_guarded()],
    "password": Person.objects.get(display_name="Ada").check_password("correct horse battery"),
    "next": Fact.objects.create(name="x.y").pk,
}))
"""

# The move as the command does it, killed after so many steps, in batches of two rows.
DIE = """
import contextlib, os, signal, sys
from pathlib import Path
import django
django.setup()
from intranet import moving
from intranet.moving import target
target.BATCH = 2
class Bar:
    left = int(sys.argv[2])
    def __init__(self, what): self.what = what
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def update(self, n):
        if self.what.startswith("Writing") and n:
            Bar.left -= 1
            if Bar.left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
moving.move_in(Path(sys.argv[1]), bar=lambda what, total: Bar(what), say=print)
print("arrived")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An embedded company with something of everything."""
    folder = tmp_path_factory.mktemp("embedded")
    assert servers.manage(folder, "migrate", "--verbosity", "0").returncode == 0
    done = servers.manage(folder, "shell", "--no-imports", "-c", MAKE)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def company(made, tmp_path):
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "embedded")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """Name of a migrated, empty database."""
    with server_profile.migrated_database(tmp_path_factory.mktemp("migrated")) as name:
        yield name


@pytest.fixture
def database(migrated):
    """A migrated, empty database."""
    with server_profile.new_database(migrated) as address:
        yield address


def look(tmp_path, database):
    done = server_profile.manage(tmp_path / "server", database, "shell", "--no-imports", "-c", LOOK)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def move_and_die(tmp_path, company, database, steps):
    return subprocess.run(
        [sys.executable, "-c", DIE, str(company), str(steps)],
        cwd=servers.ROOT,
        env=servers.environment(tmp_path / "server", **server_profile.variables(database))
        | {"DJANGO_SETTINGS_MODULE": "intranet.settings"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def sums_said(said):
    """(kind, name) → (before, after) of what the command printed."""
    lines = [line.split() for line in said.splitlines() if line.startswith(("table ", "file "))]
    return {(words[0], words[1]): (words[-3], words[-2]) for words in lines}


def test_a_company_moves_with_every_row_file_secret_and_waiting_fact(company, database, tmp_path):
    constraints = "SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    ((before,),) = server_profile.run_sql(database, constraints)
    with sqlite3.connect(company / "db.sqlite3") as connection:
        (facts_given,) = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'kit_fact'").fetchone()
    done = server_profile.manage(tmp_path / "server", database, "move_in", str(company))
    assert done.returncode == 0, done.stderr
    said = sums_said(done.stdout)
    assert all(old == new for old, new in said.values())
    embedded = {name: kept["sha256"] for name, kept in table_sums(company / "db.sqlite3").items()}
    assert {name: kept[0] for (kind, name), kept in said.items() if kind == "table"} == {
        name: kept for name, kept in embedded.items() if name != "django_migrations"
    }
    assert len([1 for kind, _ in said if kind == "file"]) == 5
    found = look(tmp_path, database)
    assert found["constraints"] == before
    assert (found["sleeping"], found["notes"], found["posts"]) == (0, 0, 16)
    assert found["log"] == [5, True, True]
    assert found["password"] and found["waiting"] > 16
    # the number of a fact that was deleted is not given again
    assert found["next"] == facts_given + 1
    assert json.loads((tmp_path / "server" / "secrets.json").read_text()) == json.loads(
        (company / "secrets.json").read_text()
    )
    names = {path.name for path in (tmp_path / "server" / "blobs").glob("??/??/*")}
    assert len(names) == 5


def test_files_of_a_company_move_into_a_bucket_with_the_same_sums(company, database, storage, tmp_path):
    bucket = storage.new_bucket()
    done = server_profile.manage(tmp_path / "server", database, "move_in", str(company), PARVIS_BUCKET=bucket)
    assert done.returncode == 0, done.stderr
    kept = dict(bucket_of(bucket).written())
    assert sorted(kept) == sorted(path.name for path in (company / "blobs").glob("??/??/*")) and len(kept) == 5
    files = {name: sums for (kind, name), sums in sums_said(done.stdout).items() if kind == "file"}
    assert len(files) == 5 and all(old == new for old, new in files.values())
    assert not (tmp_path / "server" / "blobs").exists()


def test_a_move_that_is_killed_again_and_again_brings_rows_once_and_files_once(company, database, tmp_path):
    for steps in (0, 3, 11, 1, 40):
        died = move_and_die(tmp_path, company, database, steps)
        assert died.returncode == -signal.SIGKILL, died.stderr
    done = server_profile.manage(tmp_path / "server", database, "move_in", str(company))
    assert done.returncode == 0, done.stderr
    assert "goes on where it stood" in done.stdout
    assert look(tmp_path, database)["posts"] == 16
    assert all(old == new for old, new in sums_said(done.stdout).values())


def test_a_company_does_not_move_over_another_nor_a_second_time(company, database, tmp_path):
    assert server_profile.manage(tmp_path / "server", database, "move_in", str(company)).returncode == 0
    again = server_profile.manage(tmp_path / "server", database, "move_in", str(company))
    assert again.returncode == 1 and "is not empty" in again.stderr and "Traceback" not in again.stderr


def test_a_company_that_changed_after_its_move_was_begun_is_refused(company, database, tmp_path):
    move_and_die(tmp_path, company, database, 3)
    with sqlite3.connect(company / "db.sqlite3") as connection:
        connection.execute("UPDATE people_person SET headline = 'New' WHERE display_name = 'Ada'")
    again = server_profile.manage(tmp_path / "server", database, "move_in", str(company))
    assert again.returncode == 1 and "before it changed" in again.stderr


def test_what_cannot_move_is_one_sentence_without_a_traceback(company, database, tmp_path):
    def refused(words, **more):
        done = server_profile.manage(tmp_path / "server", database, "move_in", str(company), **more)
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        assert words in done.stderr, done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert server_profile.run_sql(database, "SELECT count(*) FROM people_person") == [(0,)]

    refused("is not the secret", PARVIS_SECRET_DJANGO="another")
    running = servers.start(company)
    try:
        refused(f"process {running.process.pid}")
    finally:
        running.stop()
    with sqlite3.connect(company / "db.sqlite3") as connection:
        connection.execute("UPDATE people_person SET headline = 'secret' || char(0) WHERE display_name = 'Ada'")
    refused("headline holds a NUL character")
    with sqlite3.connect(company / "db.sqlite3") as connection:
        connection.execute("UPDATE people_person SET headline = ? WHERE display_name = 'Ada'", ["x" * 161])
    refused("longer than 160 characters")
    with sqlite3.connect(company / "db.sqlite3") as connection:
        connection.execute("UPDATE people_person SET headline = ''")
        connection.execute("DELETE FROM django_migrations WHERE app = 'walls' AND name LIKE '0003%'")
    refused("is of an older Parvis")
    (company / "db.sqlite3").unlink()
    refused("There is no company in")


def test_a_damaged_file_is_named_before_anything_moves(company, database, tmp_path):
    path = next((company / "blobs").glob("??/??/*"))
    path.write_bytes(b"other")
    done = server_profile.manage(tmp_path / "server", database, "move_in", str(company))
    assert done.returncode == 1 and path.name in done.stderr
    assert server_profile.run_sql(database, "SELECT to_regclass('move_in_notes')") == [(None,)]


def test_a_database_that_is_away_or_not_migrated_is_one_sentence(company, tmp_path):
    with server_profile.new_database() as empty:
        done = server_profile.manage(tmp_path / "server", empty, "move_in", str(company))
        assert done.returncode == 1 and "manage.py migrate" in done.stderr
    away = f"postgres://parvis@127.0.0.1:{servers.free_port()}/none"
    done = server_profile.manage(tmp_path / "server", away, "move_in", str(company))
    assert done.returncode == 1 and "doesn't answer" in done.stderr and "Traceback" not in done.stderr


def test_the_command_says_which_profile_it_needs(company, tmp_path):
    done = servers.manage(tmp_path / "other", "move_in", str(company))
    assert done.returncode == 1 and "set DATABASE_URL" in done.stderr
    assert os.path.exists(company / "db.sqlite3")
