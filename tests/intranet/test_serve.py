"""The server process, as the person at the keyboard and the people at their browsers meet it."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import time

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from intranet import server
from live import consumers
from live.sockets import TOO_MANY
from tests.intranet import servers

pytestmark = pytest.mark.skipif(
    not settings.IS_EMBEDDED, reason="these processes are embedded ones: run once is enough"
)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    made = servers.start(tmp_path_factory.mktemp("company"))
    yield made
    with contextlib.suppress(ProcessLookupError):
        made.process.kill()
        made.process.wait()


def test_second_server_on_one_folder_is_refused_naming_folder_and_process(running):
    refused = servers.manage(running.folder, "serve", "--port", str(servers.free_port()))
    assert refused.returncode == 1
    assert str(running.folder) in refused.stderr and str(running.process.pid) in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_taken_port_is_said_in_one_sentence(running, tmp_path):
    refused = servers.manage(tmp_path, "serve", "--port", str(running.port))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {running.port}") and "Traceback" not in refused.stderr
    assert not (tmp_path / "db.sqlite3").exists(), "nothing is made before it is known that the server can serve"


def test_the_first_start_of_an_empty_company_prints_a_link_that_works(running):
    # On a busy machine another line may stand between.
    lines = (running.process.stdout.readline().strip() for _ in range(5))
    link = next(line for line in lines if line.startswith(running.address))
    status, _ = running.get(link.removeprefix(running.address))
    assert status == 200


def test_commands_run_beside_the_server(running):
    made = servers.manage(running.folder, "migrate", "--check")
    assert made.returncode == 0, made.stderr


def test_twenty_slow_uploads_stop_no_page(running):
    slow = []
    for _ in range(20):
        connection = socket.create_connection(("127.0.0.1", running.port))
        connection.sendall(
            b"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin="
        )
        slow.append(connection)
    time.sleep(0.3)
    began = time.monotonic()
    status, _ = running.get("/account/login/")
    assert status == 200
    assert time.monotonic() - began < 5
    for connection in slow:
        connection.close()


def test_a_body_over_the_limit_is_answered_with_the_limit_in_the_readers_language(running):
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
        connection.sendall(
            b"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000001\r\n"
            b"Accept-Language: fr-FR,fr\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n" + b"x" * 1_000_001
        )
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert "1000" in answer.decode() and b"no-store" in answer


def test_raw_bytes_in_the_address_are_answered_not_crashed(running):
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
        connection.sendall(
            b"GET /account/login/?q=\xe9\xff%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        answer = connection.recv(65536)
    assert answer.split(b" ")[1] in (b"200", b"400", b"302")


SIGN_IN = """
from people.models import Person
from tests.journeys.company import session_of
person, _ = Person.objects.get_or_create(email="max@example.test", defaults={"display_name": "Max Member"})
print(session_of(person))
"""


@pytest.fixture(scope="module")
def session(running):
    """The cookie of somebody who is signed in."""
    made = servers.manage(running.folder, "shell", "-v", "0", "-c", SIGN_IN)
    assert made.returncode == 0, made.stderr
    return f"{settings.SESSION_COOKIE_NAME}={made.stdout.split()[-1]}"


def watch_of(size: int) -> str:
    """A frame our client could send, of exactly ``size`` bytes: white space does not count for JSON."""
    frame = json.dumps({"type": "watch", "streams": {"thread:0": 0}})
    return frame.replace(" ", " " * (1 + size - len(frame)), 1)


def test_a_socket_of_nobody_is_refused(running):
    with pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{running.port}/live/", origin=running.address)


def test_a_signed_in_socket_takes_a_frame_at_the_limit(running, session):
    address = f"ws://127.0.0.1:{running.port}/live/"
    with connect(address, origin=running.address, additional_headers={"Cookie": session}) as socket:
        for size in (100, consumers.FRAME_LIMIT):
            socket.send(watch_of(size))
            assert json.loads(socket.recv(timeout=10))["type"] == "watching"


@pytest.mark.parametrize(("size", "code"), [(consumers.FRAME_LIMIT + 1, TOO_MANY), (server.FRAME_LIMIT + 1, 1009)])
def test_a_frame_over_the_limit_ends_a_signed_in_socket(running, session, size, code):
    address = f"ws://127.0.0.1:{running.port}/live/"
    with connect(address, origin=running.address, additional_headers={"Cookie": session}) as socket:
        socket.send(watch_of(100))
        assert json.loads(socket.recv(timeout=10))["type"] == "watching"
        with pytest.raises(ConnectionClosed) as closed:
            socket.send(watch_of(size))
            socket.recv(timeout=10)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == code


def test_the_server_ends_within_two_seconds_also_with_a_request_half_sent(running):
    with socket.create_connection(("127.0.0.1", running.port)) as half:
        half.sendall(b"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nlogin=")
        time.sleep(0.2)
        seconds = running.stop()
    assert running.process.returncode == 0
    assert seconds < 2.5  # two, and what a busy machine adds
    assert server.holder_of(running.folder) == ""


def test_a_killed_server_leaves_nothing_that_hinders_the_next(tmp_path):
    first = servers.start(tmp_path)
    assert server.holder_of(tmp_path) == str(first.process.pid)
    first.stop(signal.SIGKILL)
    assert (tmp_path / "server.lock").read_text().strip() == str(first.process.pid)
    second = servers.start(tmp_path)
    second.stop()
    assert second.process.returncode == 0


def test_a_lock_is_free_again_after_its_holder(tmp_path):
    lock = server.ServerLock(tmp_path)
    lock.take()
    with pytest.raises(server.CannotServe, match=str(tmp_path)):
        server.ServerLock(tmp_path).take()
    lock.release()
    server.ServerLock(tmp_path).take()


def test_a_part_that_hangs_holds_up_neither_the_others_nor_the_end():
    done = []
    began = time.monotonic()
    server.stop_all([lambda: time.sleep(30), lambda: done.append("other"), lambda: 1 / 0])
    assert done == ["other"]
    assert time.monotonic() - began < 3
