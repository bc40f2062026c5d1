"""The server process: one lock on the data folder, one port, uvicorn, and (embedded) background work beside it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings

from intranet import logs
from kit import slots

log = logging.getLogger("parvis.server")

#: bytes of one incoming websocket frame
FRAME_LIMIT = 64 * 1024
#: seconds open pages and sockets get at shutdown; together with the worker's this stays under two
GRACE_SECONDS = 1
STOP_SECONDS = 0.7


class CannotServe(Exception):
    """Why the server doesn't start, as one sentence for the person at the keyboard."""


class ServerLock:
    """The right to serve one data folder: held by the operating system for as long as the process lives.

    A lock left behind by a crash needs no clearing, since the kernel drops it with the process.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.handle: int | None = None

    def take(self) -> None:
        """Take it, or raise CannotServe naming the folder and the process that has it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 32).decode("ascii", "replace").strip()
            os.close(handle)
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            raise CannotServe(
                f"Another Parvis server{f' (process {holder})' if holder else ''} already serves the data folder "
                f"{self.folder}: stop it first, or give this one a folder of its own with PARVIS_DATA."
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self.handle = handle

    def release(self) -> None:
        """Give it back."""
        if self.handle is not None:
            os.ftruncate(self.handle, 0)
            os.close(self.handle)
            self.handle = None


def holder_of(folder: Path) -> str:
    """The process that serves this folder now, or an empty text."""
    try:
        handle = os.open(folder / "server.lock", os.O_RDWR)
    except FileNotFoundError:
        return ""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return os.read(handle, 32).decode("ascii", "replace").strip() or "unknown"
    else:
        return ""
    finally:
        os.close(handle)


def listen(host: str, port: int) -> socket.socket:
    """The listening socket, or CannotServe when somebody else has the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except PermissionError:
        listener.close()
        raise CannotServe(
            f"Port {port} is reserved for the administrator of this machine: choose one above 1023."
        ) from None
    except OSError as error:
        listener.close()
        reason = (
            "is taken by another program" if error.errno == errno.EADDRINUSE else f"can't be used ({error.strerror})"
        )
        raise CannotServe(f"Port {port} on {host} {reason}: choose another one, as in PORT={port + 1}.") from None
    listener.listen(2048)
    return listener


class Server(uvicorn.Server):
    """uvicorn that tells us when it listens: the slot ``server.started`` is called with the event loop."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the doors, then say so."""
        await super().startup(sockets)
        for hear in slots.filled("server.started"):
            hear(asyncio.get_running_loop())
        for line in self.greeting:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    greeting: tuple[str, ...] = ()


def serve(*, host: str, port: int, greeting: list[str]) -> None:
    """Serve until a signal comes; raises CannotServe before anything was started.

    The caller holds the ServerLock. Slots: ``server.started`` (called with the loop once it listens) and
    ``server.stopping`` (called with nothing while the process ends; none is waited for longer than a moment).
    """
    listener = listen(host, port)
    threading.excepthook = logs.thread_failed
    from intranet.asgi import application  # late: it makes the thread pools

    work: Any = None
    if settings.IS_EMBEDDED:
        from intranet.apps import hand_facts_to_workers
        from intranet.work import BackgroundWork

        hand_facts_to_workers()
        work = BackgroundWork()
        work.start()
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.TRUSTED_PROXIES),
        forwarded_allow_ips=settings.TRUSTED_PROXIES or None,
        ws_max_size=FRAME_LIMIT,
        ws_per_message_deflate=False,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = Server(config)
    server.greeting = tuple(greeting)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run([listener])
    finally:
        stop_all([*slots.filled("server.stopping"), *([work.stop] if work is not None else [])])
        listener.close()


def stop_all(stops: list[Callable[[], object]]) -> None:
    """Call them side by side and wait a moment: one that hangs holds up neither the others nor the end."""

    def quietly(stop: Callable[[], object]) -> None:
        try:
            stop()
        except Exception as error:
            log.warning("A part of the server did not stop as it should: %s", type(error).__name__)

    threads = [threading.Thread(target=quietly, args=(stop,), daemon=True) for stop in stops]
    for thread in threads:
        thread.start()
    until = time.monotonic() + STOP_SECONDS
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))


def leave(code: int = 0) -> None:
    """End the process now: a page thread that still runs was never answered, and its transaction rolls back."""
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    os._exit(code)
