"""Where sockets are opened."""

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from live.consumers import LiveConsumer

sockets = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter([path("live/", LiveConsumer.as_asgi())])))
