"""Requests to the company's provider: only to the addresses it names, in little time, for answers of bounded length."""

from __future__ import annotations

import time
from typing import Any

import requests
from allauth.socialaccount.providers.oauth2.client import OAuth2Error

# Seconds to reach the provider, between two parts of its answer, and for the whole of it: a page waits that long.
TO_REACH, BETWEEN, IN_ALL = 3, 5, 10
# Bytes. What a provider says of itself has some 5,000, its keys 10,000.
LONGEST = 512 * 1024
PART = 512


class Asking(requests.Session):
    """One conversation with the provider. Raises OAuth2Error for answers that lead away, don't end, or are too long."""

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        # SECURITY: after a redirect the client's secret or somebody's token would go wherever it leads.
        fixed = {"allow_redirects": False, "stream": True, "timeout": (TO_REACH, BETWEEN)}
        began = time.monotonic()
        answer = super().request(method, url, *args, **{**kwargs, **fixed})
        if answer.is_redirect:
            answer.close()
            raise OAuth2Error("the provider sends us on to another address")
        body = bytearray()
        for part in answer.iter_content(PART):
            body += part
            if len(body) > LONGEST or time.monotonic() - began > IN_ALL:
                answer.close()
                raise OAuth2Error("the provider's answer does not end")
        # The name under which the library keeps what it has read itself.
        answer._content = bytes(body)
        return answer
