"""A real SMTP server that keeps what it is given, or refuses it."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage

from aiosmtpd.controller import Controller


class PostOffice:
    """``mails`` in the order they came; ``refuses``: what it answers instead of taking one, '' when it takes all."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.refuses = ""
        self.on_mail: Callable[[], None] = lambda: None
        self.port = 0

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refuses:
            return self.refuses
        self.raw.append(envelope.content)
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.on_mail()
        return "250 Taken"

    def to(self, person) -> list[EmailMessage]:
        """What was mailed to ``person``."""
        return [mail for mail in self.mails if mail["To"] == person.email]


@contextlib.contextmanager
def open_post_office() -> Iterator[PostOffice]:
    """A post office on a free port of this machine."""
    office = PostOffice()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        office.port = probe.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=office.port)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def parts(mail: EmailMessage) -> tuple[str, str]:
    """The plain text and the HTML of a mail."""
    return mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
