"""Small disks: folders that can be full. A tmpfs of their own where mounting is allowed; nothing else is like it.

The mounts live in a namespace of this process and its children (``unshare --mount``, see ``__main__``): they are gone
with them, however they went, and nobody else on the machine sees them.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MB = 1_000_000
_MARK = "PARVIS_ROUNDS_APART"


def come_apart() -> bool:
    """Start this program anew in a namespace of mounts of its own; False where that isn't allowed."""
    if os.environ.get(_MARK):
        return True
    if os.geteuid() or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        return False
    os.environ[_MARK] = "1"
    words = [sys.executable, "-m", "tests.faults.rounds", *sys.argv[1:]]
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", *words])


def may_mount() -> bool:
    """Whether small disks can be made here."""
    return bool(os.environ.get(_MARK))


@dataclass
class SmallDisk:
    """A folder of ``megabytes`` that :meth:`fill` makes full and :meth:`free` frees again."""

    folder: Path
    megabytes: int

    def mount(self, *, owner: pwd.struct_passwd | None = None) -> None:
        """Put the small disk over ``folder``, empty; where mounting isn't allowed nothing."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        options = f"size={self.megabytes * MB},mode=0700"
        if owner:
            options += f",uid={owner.pw_uid},gid={owner.pw_gid}"
        if may_mount():
            subprocess.run(["mount", "-t", "tmpfs", "-o", options, "parvis-rounds", str(self.folder)], check=True)
        elif owner:
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)

    def unmount(self) -> None:
        """Take it away, with what is on it."""
        if may_mount():
            subprocess.run(["umount", "--lazy", str(self.folder)], capture_output=True, check=False)

    @property
    def ballast(self) -> Path:
        return self.folder / ".ballast"

    def fill(self) -> None:
        """Not one byte more fits: a file takes what is left, and then single pages."""
        handle = os.open(self.ballast, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for size in (MB, 4096):
            with contextlib.suppress(OSError):
                while os.write(handle, bytes(size)):
                    pass
        os.close(handle)

    def free(self) -> None:
        """As before."""
        self.ballast.unlink(missing_ok=True)
