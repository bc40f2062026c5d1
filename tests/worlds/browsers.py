"""One person's browser: real requests through every middleware, in process."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client

from tests.worlds.measuring import Costs
from tests.worlds.recording import Answer

PASSWORD = "correct horse battery"


class Browser:
    """Keeps its cookies, follows no redirect."""

    def __init__(self) -> None:
        self._client = Client(raise_request_exception=False)

    def sign_in(self, mail: str) -> None:
        """Through the door, as everybody does."""
        answer = self.ask("post", "/account/login/", {"login": mail, "password": PASSWORD})
        assert answer.status == 302, f"{mail} could not sign in: {answer.status}"

    @property
    def cookie(self) -> str:
        """The key of the session, as the browser sends it."""
        return self._client.cookies[settings.SESSION_COOKIE_NAME].value

    def ask(self, method: str, address: str, fields: Any = None, **headers: str) -> Answer:
        """What comes back, whole: a stream is read to its end."""
        costs = Costs()
        with costs.counting():
            response = getattr(self._client, method)(address, fields or None, headers=headers or None)
            body = b"".join(response) if response.streaming else response.content
        sent = [f"{name}: {value}" for name, value in sorted(response.headers.items())]
        sent += [f"Set-Cookie: {morsel.OutputString()}" for morsel in response.cookies.values()]
        spent = tuple(costs.statements), tuple(costs.cache_calls), tuple(costs.rows)
        return Answer(response.status_code, tuple(sent), body, *spent)
