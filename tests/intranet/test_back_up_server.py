"""The server profile is backed up while people post, and restored on an empty machine with the same checksums."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys

import pytest
from django.conf import settings

from kit.blobs.bucket import bucket_of
from tests.intranet import server_profile, servers

pytestmark = pytest.mark.skipif(settings.IS_EMBEDDED, reason="a backup of PostgreSQL: run on the server profile")

MAKE = """
from groups import services as groups
from kit import blobs
from people.models import Company, Person
Company.objects.get_or_create(pk=1)
common = groups.make_common_space(name="Corvanne")
for n in range(10):
    person = Person(email=f"{n}@corvanne.test", display_name=f"Person {n}")
    person.save()
    groups.make_personal_space(person=person)
blobs.put(b"a picture")
"""

# Ten people, for one may post 30 times a minute, until the file `stop` is there.
POST = """
import itertools, os, time
from groups.models import Space
from people.models import Person
from walls.services import threads
people, common = itertools.cycle(Person.objects.all()), Space.objects.get(type="common")
while not os.path.exists(os.path.join(os.environ["PARVIS_DATA"], "stop")):
    threads.post_thread(author=next(people), spaces=common, source="Once more.")
    time.sleep(0.1)
    print("posted", flush=True)
"""

COUNT = "SELECT (SELECT count(*) FROM walls_post), (SELECT sum(last_number) FROM walls_thread)"


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """Name of a migrated, empty database."""
    with server_profile.migrated_database(tmp_path_factory.mktemp("migrated")) as name:
        yield name


@pytest.fixture
def company(tmp_path, migrated):
    """A company on a database of its own: its data folder and address."""
    with server_profile.new_database(migrated) as address:
        folder = tmp_path / "node"
        done = server_profile.manage(folder, address, "shell", "--no-imports", "-c", MAKE)
        assert done.returncode == 0, done.stderr
        yield folder, address


def test_a_company_backed_up_amid_posting_is_one_moment_and_comes_back_with_the_same_checksums(company, tmp_path):
    folder, address = company
    writer = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", POST],
        cwd=servers.ROOT, env=servers.environment(folder, **server_profile.variables(address)),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert writer.stdout is not None and writer.stdout.readline() == "posted\n"
        done = server_profile.manage(folder, address, "backup", str(tmp_path / "kept.tar.gz"))
        assert done.returncode == 0, done.stderr
        assert writer.poll() is None
    finally:
        (folder / "stop").touch()
        writer.communicate(timeout=30)
    assert stat.S_IMODE((tmp_path / "kept.tar.gz").stat().st_mode) == 0o600
    with server_profile.new_database() as empty:
        new = tmp_path / "new"
        done = server_profile.manage(new, empty, "restore", str(tmp_path / "kept.tar.gz"))
        assert done.returncode == 0, done.stderr
        assert "each compared with its checksum" in done.stdout
        ((posts, given),) = server_profile.run_sql(empty, COUNT)
        ((later, _),) = server_profile.run_sql(address, COUNT)
        assert posts == given and 1 <= posts < later
        assert json.loads((new / "secrets.json").read_text()) == json.loads((folder / "secrets.json").read_text())
        assert [path.read_bytes() for path in (new / "blobs").glob("??/??/*")] == [b"a picture"]
        # and it is a company that works: its sequences give keys nobody has
        done = server_profile.manage(new, empty, "shell", "--no-imports", "-c", POST.replace("while not", "if not"))
        assert done.stdout == "posted\n", done.stderr


def test_what_keeps_a_restore_from_beginning_is_one_sentence_and_nothing_is_touched(company, tmp_path):
    folder, address = company
    assert server_profile.manage(folder, address, "backup", str(tmp_path / "kept")).returncode == 0

    def refused(words, source, where):
        done = server_profile.manage(tmp_path / "new", where, "restore", str(source))
        assert done.returncode == 1 and "Traceback" not in done.stderr and words in done.stderr, done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert not (tmp_path / "new" / "blobs").exists()

    refused("holds tables already", tmp_path / "kept", address)
    with server_profile.new_database() as empty:
        shutil.copytree(tmp_path / "kept", tmp_path / "changed")
        with (tmp_path / "changed" / "database.dump").open("r+b") as dump:
            dump.seek(2000)
            dump.write(b"?")
        refused("database.dump is missing or was changed", tmp_path / "changed", empty)
        assert server_profile.run_sql(empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    done = servers.manage(tmp_path / "embedded", "restore", str(tmp_path / "kept"))
    assert done.returncode == 1 and "server profile" in done.stderr


def test_a_table_that_came_back_otherwise_is_named(company, tmp_path):
    folder, address = company
    assert server_profile.manage(folder, address, "backup", str(tmp_path / "kept")).returncode == 0
    manifest = json.loads((tmp_path / "kept" / "backup.json").read_text())
    manifest["tables"]["people_person"]["sha256"] = "0" * 64
    (tmp_path / "kept" / "backup.json").write_text(json.dumps(manifest))
    with server_profile.new_database() as empty:
        done = server_profile.manage(tmp_path / "new", empty, "restore", str(tmp_path / "kept"))
        assert done.returncode == 1 and "people_person" in done.stderr
        assert "The database was filled" in done.stderr and "Nothing was restored" not in done.stderr


def test_files_in_a_bucket_are_in_the_backup_and_come_back_into_another_bucket(company, storage, tmp_path):
    folder, address = company
    bucket, other = storage.new_bucket(), storage.new_bucket()
    put = "from kit import blobs; print(blobs.put(b'in the bucket'))"
    done = server_profile.manage(folder, address, "shell", "--no-imports", "-c", put, PARVIS_BUCKET=bucket)
    assert done.returncode == 0, done.stderr
    name = done.stdout.strip()
    done = server_profile.manage(folder, address, "backup", str(tmp_path / "kept"), PARVIS_BUCKET=bucket)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "kept" / "backup.json").read_text())["blobs"] == [name]
    with server_profile.new_database() as empty:
        new = tmp_path / "new"
        done = server_profile.manage(new, empty, "restore", str(tmp_path / "kept"), PARVIS_BUCKET=other)
    assert done.returncode == 0, done.stderr
    assert bucket_of(other).get(name) == b"in the bucket" and not (new / "blobs").exists()


def test_files_restored_with_a_narrow_umask_are_read_by_whoever_reads_their_folder(company, tmp_path):
    folder, address = company
    assert server_profile.manage(folder, address, "backup", str(tmp_path / "kept")).returncode == 0
    (tmp_path / "new" / "blobs").mkdir(parents=True)
    (tmp_path / "new" / "blobs").chmod(0o750)
    with server_profile.new_database() as empty:
        umask = os.umask(0o077)
        try:
            done = server_profile.manage(tmp_path / "new", empty, "restore", str(tmp_path / "kept"))
        finally:
            os.umask(umask)
    assert done.returncode == 0, done.stderr
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new" / "blobs").glob("**/*")}
    assert modes and all(mode == (0o750 if path.is_dir() else 0o640) for path, mode in modes.items()), modes


def test_a_restore_that_fails_in_the_database_leaves_the_secrets_of_this_machine(company, tmp_path):
    folder, address = company
    assert server_profile.manage(folder, address, "backup", str(tmp_path / "kept")).returncode == 0
    dump = tmp_path / "kept" / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-2000])
    manifest = json.loads((tmp_path / "kept" / "backup.json").read_text())
    manifest["dump"]["sha256"] = hashlib.sha256(dump.read_bytes()).hexdigest()
    (tmp_path / "kept" / "backup.json").write_text(json.dumps(manifest))
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "secrets.json").write_text('{"PARVIS_SECRET_KEY": "of this machine"}')
    with server_profile.new_database() as empty:
        done = server_profile.manage(tmp_path / "new", empty, "restore", str(tmp_path / "kept"))
        assert done.returncode == 1 and "Nothing was restored. pg_restore failed" in done.stderr, done.stderr
        assert server_profile.run_sql(empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    assert "of this machine" in (tmp_path / "new" / "secrets.json").read_text()


def test_a_pg_dump_older_than_the_database_is_one_sentence(tmp_path, monkeypatch):
    from intranet import postgresql

    old = tmp_path / "bin"
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    (old / "pg_dump").chmod(0o755)
    monkeypatch.setattr(postgresql, "PLACES", "/nowhere/*")
    monkeypatch.setenv("PATH", str(old))
    with pytest.raises(postgresql.Unavailable, match="pg_dump here is of version 9 and the database of version 15"):
        postgresql.program("pg_dump", at_least=15)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(postgresql.Unavailable, match="is not on this machine: install postgresql-client-15"):
        postgresql.program("pg_dump", at_least=15)


def test_no_password_stands_on_a_command_line(tmp_path, settings):
    from intranet import postgresql

    settings.DATABASE_URL = "postgres://parvis:se%40cret@127.0.0.1:1/none"
    shown = tmp_path / "program"
    shown.write_text('#!/bin/sh\necho "$@" > "$0.words"\necho "$PGPASSWORD" > "$0.password"\n')
    shown.chmod(0o755)
    settings.DATABASE_DIRECT_URL = ""
    postgresql.run(shown, "--version")
    assert (tmp_path / "program.words").read_text() == "--dbname=postgres://parvis@127.0.0.1:1/none --version\n"
    assert (tmp_path / "program.password").read_text() == "se@cret\n"
