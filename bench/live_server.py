"""The product's own server with a bare twin beside it, for ``bench/live.py``.

``/live/`` is the product. ``/bare/`` keeps sockets in a list; ``POST /push/bare/`` sends them the same bytes in a loop,
``POST /push/live/`` pushes an event of the common wall through the hub.
"""

from __future__ import annotations

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


def push_through_the_hub() -> None:
    from groups.models import Space
    from live import push
    from walls.live import WallStream

    key = 2 * Space.objects.get(type="common").pk
    state = WallStream().states([key])[key]
    push.push("wall", state, {"": frame()})


async def application(scope, receive, send) -> None:
    path = scope.get("path", "")
    if scope["type"] == "websocket" and path == "/bare/":
        await bare_socket(receive, send)
    elif path == "/push/bare/":
        text = json.dumps(frame())
        for deliver in list(bare_sockets):
            await deliver({"type": "websocket.send", "text": text})
        await _answer(send)
    elif path == "/push/live/":
        import asyncio

        await asyncio.to_thread(push_through_the_hub)
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
