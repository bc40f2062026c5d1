"""A backup holds everything, says so by checksums, and is put back only when it is whole."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading

import pytest
from django.conf import settings

from intranet import backups
from tests.intranet import servers

pytestmark = pytest.mark.skipif(not settings.IS_EMBEDDED, reason="a backup is of the embedded profile")
BLOB = b"a picture"


@pytest.fixture(scope="module")
def filled_folder(tmp_path_factory):
    """A data folder with a person and a blob."""
    folder = tmp_path_factory.mktemp("company")
    assert servers.manage(folder, "migrate", "--verbosity", "0").returncode == 0
    script = (
        "from kit import blobs; from people.models import Person; blobs.put(b'a picture'); "
        "Person(email='a@example.test', display_name='Ada').save()"
    )
    done = servers.manage(folder, "shell", "--no-imports", "-c", script)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def company(filled_folder, tmp_path, settings):
    """The same folder, copied, with the settings pointing at it (the test database itself stays where it is)."""
    folder = tmp_path / "company"
    shutil.copytree(filled_folder, folder)
    point_at(settings, folder)
    return folder


def point_at(settings, folder):
    settings.DATA_FOLDER, settings.BLOB_FOLDER, settings.INDEX_FOLDER = folder, folder / "blobs", folder / "index"


@pytest.mark.parametrize("name", ["kept", "kept.tar.gz", "kept.tar"])
def test_a_backup_put_back_elsewhere_holds_the_same(company, tmp_path, settings, name):
    made = backups.back_up(tmp_path / name)
    assert made.tables["people_person"]["rows"] == 1
    point_at(settings, tmp_path / "new")
    backups.restore(tmp_path / name)
    assert backups.embedded.table_sums(tmp_path / "new" / "db.sqlite3") == made.tables
    assert (tmp_path / "new" / "secrets.json").read_bytes() == (company / "secrets.json").read_bytes()
    (blob,) = made.blobs
    assert (tmp_path / "new" / "blobs" / blob[:2] / blob[2:4] / blob).read_bytes() == BLOB


def test_a_backup_taken_amid_writing_is_one_moment_of_it(company, tmp_path):
    stop = threading.Event()

    def write():
        # two rows a transaction: a copy between two moments would hold an odd number
        with sqlite3.connect(company / "db.sqlite3", timeout=20) as connection:
            connection.execute("CREATE TABLE pairs (n INTEGER)")
            connection.commit()
            while not stop.is_set():
                connection.execute("INSERT INTO pairs VALUES (1)")
                connection.execute("INSERT INTO pairs VALUES (2)")
                connection.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = [backups.back_up(tmp_path / f"kept-{n}").tables.get("pairs", {"rows": 0})["rows"] for n in range(5)]
    finally:
        stop.set()
        writer.join()
    assert all(count % 2 == 0 for count in counts) and counts[-1] > counts[0]


def test_a_changed_row_is_found_out_before_anything_is_restored(company, tmp_path, settings):
    backups.back_up(tmp_path / "kept")
    with sqlite3.connect(tmp_path / "kept" / "db.sqlite3") as connection:
        connection.execute("UPDATE people_person SET display_name = 'Eve'")
    point_at(settings, tmp_path / "new")
    with pytest.raises(backups.BackupFailed, match="people_person"):
        backups.restore(tmp_path / "kept")
    assert not (tmp_path / "new" / "db.sqlite3").exists()


def test_a_changed_or_missing_file_is_found_out(company, tmp_path, settings):
    (blob,) = backups.back_up(tmp_path / "kept").blobs
    path = tmp_path / "kept" / "blobs" / blob[:2] / blob[2:4] / blob
    path.unlink()
    path.write_bytes(b"another picture")
    point_at(settings, tmp_path / "new")
    with pytest.raises(backups.BackupFailed, match=blob):
        backups.restore(tmp_path / "kept")


def test_half_a_file_is_no_backup(company, tmp_path, settings):
    backups.back_up(tmp_path / "kept.tar.gz")
    whole = (tmp_path / "kept.tar.gz").read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(whole[: len(whole) // 2])
    point_at(settings, tmp_path / "new")
    with pytest.raises(backups.BackupFailed):
        backups.restore(tmp_path / "half.tar.gz")


def test_a_company_is_never_written_over(company, tmp_path):
    backups.back_up(tmp_path / "kept")
    with pytest.raises(backups.BackupFailed, match="holds a company already"):
        backups.restore(tmp_path / "kept")
    with pytest.raises(backups.BackupFailed, match="exists already"):
        backups.back_up(tmp_path / "kept")


def test_nothing_is_restored_under_a_running_server(company, tmp_path, settings):
    from intranet.server import ServerLock

    backups.back_up(tmp_path / "kept")
    point_at(settings, tmp_path / "new")
    lock = ServerLock(tmp_path / "new")
    lock.take()
    with pytest.raises(backups.BackupFailed, match="stop it first"):
        backups.restore(tmp_path / "kept")
    lock.release()


def test_the_backup_is_readable_by_its_owner_only(company, tmp_path):
    backups.back_up(tmp_path / "kept")
    backups.back_up(tmp_path / "kept.tar.gz")
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0
    assert (tmp_path / "kept.tar.gz").stat().st_mode & 0o077 == 0
    assert json.loads((tmp_path / "kept" / "backup.json").read_text())["format"] == backups.manifest.FORMAT


def test_a_backup_made_before_the_server_profile_is_still_restored(company, tmp_path, settings):
    backups.back_up(tmp_path / "kept")
    path = tmp_path / "kept" / "backup.json"
    first = json.loads(path.read_text())
    first["tables"] = backups.embedded.sums_of_first_format(tmp_path / "kept" / "db.sqlite3")
    path.write_text(json.dumps({n: first[n] for n in ("taken_at", "migrations", "tables", "blobs")} | {"format": 1}))
    point_at(settings, tmp_path / "new")
    assert backups.restore(tmp_path / "kept").tables["people_person"]["rows"] == 1


def test_a_backup_of_a_newer_parvis_is_refused(company, tmp_path, settings):
    backups.back_up(tmp_path / "kept")
    path = tmp_path / "kept" / "backup.json"
    newer = json.loads(path.read_text())
    path.write_text(json.dumps(newer | {"migrations": [*newer["migrations"], "walls.9999_later"]}))
    point_at(settings, tmp_path / "new")
    with pytest.raises(backups.BackupFailed, match="newer Parvis"):
        backups.restore(tmp_path / "kept")


def test_an_embedded_backup_is_led_to_move_in_when_a_server_is_meant(company, tmp_path, settings):
    backups.back_up(tmp_path / "kept")
    point_at(settings, tmp_path / "new")
    settings.IS_EMBEDDED = False
    with pytest.raises(backups.BackupFailed, match="move_in"):
        backups.restore(tmp_path / "kept")
