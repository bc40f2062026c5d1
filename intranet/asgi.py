"""One ASGI process: pages on a pool of threads, sockets on the loop."""

import os

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")

from intranet.wsgi import application as pages  # Django is set up by this import
from live.routing import sockets

PAGE_THREADS = 16

application = ProtocolTypeRouter({"http": WSGIMiddleware(pages, workers=PAGE_THREADS), "websocket": sockets})
