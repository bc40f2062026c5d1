"""The product's own server with a bare twin beside it, for ``bench/live.py``.

``/live/`` is the product. ``/bare/`` keeps sockets in a list; ``POST /push/bare/`` sends them the same bytes in a loop,
``POST /push/live/`` pushes an event of the common wall through the hub, ``/push/group/`` one of the hidden group, and
``/remove/N/`` takes the first N people out of that group.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

import uvicorn

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")

from intranet.asgi import application as product

bare_sockets: list = []
HTML = "<article>" + "A reply that somebody wrote, about as long as replies are. " * 7 + "</article>"


def frame() -> dict:
    """What is sent, about 500 bytes, with the moment it was sent."""
    return {"type": "post", "html": HTML, "sent": time.time()}


async def bare_socket(receive, send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    bare_sockets.append(send)
    while (await receive())["type"] != "websocket.disconnect":
        pass
    bare_sockets.remove(send)


def push_through_the_hub(type: str) -> None:
    from groups.models import Space
    from live import push
    from walls.live import WallStream

    key = 2 * Space.objects.get(type=type).pk
    state = WallStream().states([key])[key]
    push.push("wall", state, {"": frame()})


def remove(count: int) -> None:
    from groups import services as groups
    from groups.models import Space
    from people.models import Person

    space = Space.objects.get(type="hidden")
    manager = space.memberships.get(role="manager").person
    for number in range(count):
        person = Person.objects.get(email=f"p{number}@bench.test")
        groups.remove_member(manager=manager, space=space, person=person)


async def application(scope, receive, send) -> None:
    path = scope.get("path", "")
    if scope["type"] == "websocket" and path == "/bare/":
        await bare_socket(receive, send)
    elif path == "/push/bare/":
        text = json.dumps(frame())
        for deliver in list(bare_sockets):
            await deliver({"type": "websocket.send", "text": text})
        await _answer(send)
    elif path in ("/push/live/", "/push/group/"):
        await asyncio.to_thread(push_through_the_hub, "common" if path == "/push/live/" else "hidden")
        await _answer(send)
    elif path.startswith("/remove/"):
        await asyncio.to_thread(remove, int(path.split("/")[2]))
        await _answer(send)
    elif path == "/memory/":
        pages = int(open("/proc/self/statm").read().split()[1])
        await _answer(send, str(pages * 4096))
    else:
        await product(scope, receive, send)


async def _answer(send, text: str = "") -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": text.encode()})


if __name__ == "__main__":
    uvicorn.run(application, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", lifespan="off")
