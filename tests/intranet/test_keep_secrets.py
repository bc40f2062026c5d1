"""Secrets are made once, kept in a file of their own, and never constants."""

from __future__ import annotations

import json
import multiprocessing

from intranet.keys import kept_secret


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path):
    folder = tmp_path / "data"
    made = kept_secret(folder, "django")
    assert len(made) >= 64
    assert kept_secret(folder, "django") == made
    assert kept_secret(folder, "mail") != made
    assert (folder / "secrets.json").stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


def test_two_companies_have_different_secrets(tmp_path):
    assert kept_secret(tmp_path / "one", "django") != kept_secret(tmp_path / "two", "django")


def test_processes_that_start_at_once_get_the_same_secret(tmp_path):
    with multiprocessing.get_context("fork").Pool(8) as pool:
        made = pool.starmap(kept_secret, [(tmp_path, "django")] * 32)
    assert set(made) == {json.loads((tmp_path / "secrets.json").read_text())["django"]}


def test_what_the_environment_says_goes_first_and_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("PARVIS_SECRET_DJANGO", "given")
    assert kept_secret(tmp_path, "django") == "given"
    assert not (tmp_path / "secrets.json").exists()
