"""One ASGI process: pages on a pool of threads, downloads on a smaller one, sockets on the loop."""

import os

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")

# isort: off
from intranet.wsgi import application as pages  # Django is set up by this import: the others come after it
from intranet.bodies import WholeBodies
from intranet.downloads import Pools
from intranet.probes import Probes
from live.routing import sockets

# isort: on

PAGE_THREADS = 16
DOWNLOAD_THREADS = 6

application = ProtocolTypeRouter(
    {
        "http": Probes(
            WholeBodies(
                Pools(
                    pages=WSGIMiddleware(pages, workers=PAGE_THREADS),
                    downloads=WSGIMiddleware(pages, workers=DOWNLOAD_THREADS),
                )
            )
        ),
        "websocket": sockets,
    }
)
