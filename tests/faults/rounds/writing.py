"""Writers: each press is sent again under its key until somebody says yes, as the page's own script does."""

from __future__ import annotations

import hashlib
import random
import secrets
import threading
import time
from collections.abc import Sequence

from tests.faults.rounds import doors
from tests.faults.rounds.doors import Door, Heard, Person
from tests.faults.rounds.ledger import Answer, Ledger, Press, new_word

#: seconds between two tries: the page waits longer, a person presses "try now"
AGAIN = (0.1, 0.2, 0.4, 0.5)
#: seconds after which a press is given up even if nobody said that the fault is over
LONGEST = 180.0
FORM = "multipart/form-data; boundary=edge"


class Writing:
    """Sends presses and keeps the ledger; any number of writers side by side."""

    def __init__(self, ledger: Ledger, *, front: Door, nodes: Sequence[Door], space: str) -> None:
        self.ledger, self.front, self.nodes, self.space = ledger, front, nodes, space
        self._lock = threading.Lock()
        self._locations: list[str] = []
        #: set when the fault is over and everything was mended: from then on nothing may take long
        self.deadline = 0.0

    def new_press(self, author: Person, *, opens: bool = False, size: int = 0) -> Press:
        """A press with a text that nobody else writes, at least ``size`` characters long."""
        word = new_word()
        text = f"Round word {word}."
        if size > len(text):
            text += " " + " ".join(["lorem"] * ((size - len(text)) // 6))
        press = Press(secrets.token_urlsafe(18), word, author.name, text, opens=opens)
        with self._lock:
            self.ledger.presses.append(press)
        return press

    def open_thread(self, author: Person) -> str:
        """Open the round's thread; its public id."""
        press = self.new_press(author, opens=True)
        form = {"spaces": self.space, "kind": "discussion", "body": press.text, "submission_key": press.key}
        self.send_until_sure(press, author, "/threads/new/", form, [self.front])
        thread = next((match[1] for match in map(doors.THREAD.match, self._locations) if match), "")
        assert thread, f"the round's thread was not opened: {self.ledger.bad_answers}"
        self.ledger.thread = thread
        return thread

    def reply(self, author: Person, *, doors_used: Sequence[Door], size: int = 0, gives_up: bool = False) -> Press:
        """One reply, sent through every one of ``doors_used`` at once, until one says yes (or somebody gives up)."""
        press = self.new_press(author, size=size)
        form = {"body": press.text, "submission_key": press.key}
        self.send_until_sure(press, author, self.reply_path, form, doors_used, gives_up=gives_up)
        return press

    @property
    def reply_path(self) -> str:
        return f"/threads/{self.ledger.thread}/reply/"

    def resend(self, press: Press, author: Person, door: Door) -> None:
        """The same click once more, after it was acknowledged: a browser that lost the answer, a second tab."""
        form = {"body": press.text, "submission_key": press.key}
        self.note(press, author, door.ask(author, self.reply_path, form=form))

    def send_until_sure(
        self, press: Press, author: Person, path: str, form: dict[str, str], through: Sequence[Door], *,
        gives_up: bool = False,
    ) -> None:  # fmt: skip
        """Try, and try again, until yes; ``gives_up``: after the first try whatever came."""
        press.sent_at = time.monotonic()
        while True:
            used = through if press.tries == 0 else [random.choice([self.front, *through])]
            trials = [threading.Thread(target=self._try, args=(press, author, door, path, form)) for door in used]
            for trial in trials:
                trial.start()
            for trial in trials:
                trial.join()
            if press.is_acknowledged or any(who == author.name for who, _ in self.ledger.bad_answers):
                return
            if gives_up or time.monotonic() > (self.deadline or press.sent_at + LONGEST):
                press.is_given_up = True
                return
            time.sleep(AGAIN[min(press.tries, len(AGAIN)) - 1])

    def _try(self, press: Press, author: Person, door: Door, path: str, form: dict[str, str]) -> None:
        press.tries += 1
        self.note(press, author, door.ask(author, path, form=form))

    def note(self, press: Press, author: Person, heard: Heard) -> None:
        """Write into the ledger what came back."""
        with self._lock:
            if heard.kind == doors.SENT:
                named = doors.posts_in(heard.text)[:1]
                post, number = (named[0][0], named[0][1]) if named else ("", 0)
                if not press.opens and (not named or named[0][3] != press.word):
                    self.ledger.bad_answers.append((author.name, "yes, with another post than the one sent"))
                press.answers.append(Answer(time.monotonic(), post, number))
                self._locations.append(heard.location)
            elif heard.kind in (doors.BROKEN, doors.REFUSED):
                self.ledger.bad_answers.append((author.name, f"{heard.said} to a reply"))

    def send_picture(self, author: Person) -> str:
        """One small picture; its address when it was taken, '' when it was not (and that was said calmly)."""
        content = noise()
        head = b'--edge\r\nContent-Disposition: form-data; name="picture"; filename="p.png"\r\n'
        body = head + b"Content-Type: image/png\r\n\r\n" + content + b"\r\n--edge--\r\n"
        heard = self.front.ask(author, "/pictures/", body=body, content_type=FORM)
        if heard.kind == doors.SENT:
            name = heard.text.split('"id": "')[1].split('"')[0]
            return f"/pictures/{name}/"
        if heard.kind in (doors.BROKEN, doors.REFUSED):
            with self._lock:
                self.ledger.bad_answers.append((author.name, f"{heard.said} to a picture"))
        return ""


def noise() -> bytes:
    """A picture nobody sent before."""
    import io

    from PIL import Image

    made = io.BytesIO()
    Image.frombytes("RGB", (64, 64), hashlib.shake_256(secrets.token_bytes(16)).digest(64 * 64 * 3)).save(made, "PNG")
    return made.getvalue()
