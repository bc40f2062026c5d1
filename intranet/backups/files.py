"""The files of a company: copied whole or not at all, under the name that is their SHA-256."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from intranet.backups.manifest import BackupFailed
from kit import blobs
from kit.blobs.folder import write_whole


def blob_paths(folder: Path) -> Iterator[Path]:
    """Every blob in a folder of them; what begins with a dot is a draft or a list."""
    for path in sorted(folder.glob("??/??/*")) if folder.exists() else []:
        if not path.name.startswith("."):
            yield path


def copy_blobs(source: Path, target: Path) -> list[str]:
    """Copy every blob of one folder into another; their names. One that is there already stays."""
    return [copy_blob(path, target).name for path in blob_paths(source)]


def take_blobs(target: Path) -> list[str]:
    """Copy every blob of this company into a folder; their names. Raises StoreAway."""
    kept = blobs.store()
    if isinstance(kept, blobs.Folder):
        return copy_blobs(kept.top, target)
    names = [name for name, _ in kept.written()]
    for name in names:
        place = target / blobs.address(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, kept.get(name))
    return names


def bring_blobs(source: Path, seen: Callable[[int], object] = lambda _: None) -> None:
    """Put every blob of a folder into this company; ``seen`` hears of each (1). Raises StoreAway."""
    kept = blobs.store()
    if isinstance(kept, blobs.Folder):
        kept.top.mkdir(parents=True, exist_ok=True)
    for path in blob_paths(source):
        if isinstance(kept, blobs.Folder):
            copy_blob(path, kept.top)
        elif not kept.has(path.name):
            kept.put(path.name, path.read_bytes())
        seen(1)
    if isinstance(kept, blobs.Folder):
        give_readers(kept.top)


def copy_blob(path: Path, target: Path) -> Path:
    """Copy one (as a second name of the same file where the disk allows it); its new place.

    A blob is never changed once written, so a second name is as good as a copy. Half a file never has its name.
    """
    place = target / path.name[:2] / path.name[2:4] / path.name
    if place.exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, place)
    except FileExistsError:
        pass
    except OSError:
        draft = place.with_name(f".{secrets.token_hex(8)}")
        try:
            with path.open("rb") as source, draft.open("wb") as file:
                shutil.copyfileobj(source, file, 1024 * 1024)
                file.flush()
                os.fsync(file.fileno())
            shutil.copystat(path, draft)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
    return place


def give_readers(folder: Path) -> None:
    """Whoever may read a folder of blobs may read what is in it, whatever umask the command had that put it there.

    On a server nginx reads them by the group.
    """
    readers = stat.S_IMODE(folder.stat().st_mode)
    for path in blob_paths(folder):
        for place, mode in ((path.parent.parent, readers), (path.parent, readers), (path, readers & ~0o111)):
            if stat.S_IMODE(place.stat().st_mode) != mode:
                place.chmod(mode)


def is_archive(path: Path) -> bool:
    """Whether a backup of this name is one file."""
    return path.name.endswith((".tar", ".tar.gz", ".tgz"))


def pack(folder: Path, draft: Path, target: Path) -> None:
    """Put a finished backup in its place, as a folder or one file by the target's name."""
    if is_archive(target):
        packed = draft / "packed"
        with tarfile.open(packed, "w:gz" if target.name.endswith(("gz", "tgz")) else "w") as archive:
            archive.add(folder, arcname="parvis")
        packed.chmod(0o600)
        packed.replace(target)
        return
    with contextlib.suppress(FileNotFoundError):
        target.rmdir()
    folder.replace(target)


def unpacked(source: Path, draft: Path) -> Path:
    """A copy of the backup in ``draft``, which may be taken apart. Raises BackupFailed."""
    place = draft / "parvis"
    if source.is_dir():
        shutil.copytree(source, place)
        return place
    try:
        with tarfile.open(source) as archive:
            archive.extractall(draft, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise BackupFailed(f"{source} is not a whole backup: {error}.") from error
    if not place.is_dir():
        raise BackupFailed(f"{source} is not a backup of Parvis.")
    return place
