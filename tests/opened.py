"""Sessions and sockets of people, for tests that need no browser."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from live.consumers import LiveConsumer
from live.routing import sockets
from people.models import Person


def session_of(person: Person) -> SessionStore:
    """A session in which ``person`` is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session


async def knock(person: Person, origin: bytes = b"http://localhost") -> tuple[WebsocketCommunicator, bool, str]:
    """A socket at the door, whether it was let in, and the key of the session it came with."""
    key = (await sync_to_async(session_of)(person)).session_key
    headers = [(b"host", b"localhost"), (b"origin", origin)]
    headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()))
    socket = WebsocketCommunicator(sockets, "/live/", headers=headers)
    accepted, _ = await socket.connect()
    return socket, accepted, key


async def open_socket(person: Person, session: SessionStore) -> WebsocketCommunicator:
    """A socket behind the door: who it is was asked."""
    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
    socket = WebsocketCommunicator(LiveConsumer.as_asgi(), "/live/", headers=headers)
    socket.scope |= {"user": person, "session": session}
    accepted, _ = await socket.connect(timeout=10)
    assert accepted
    return socket
