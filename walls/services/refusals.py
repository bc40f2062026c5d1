"""Why something was not done, in words for the person who asked; their text is always handed back by the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from walls.models import Post


class Refused(Exception):
    """Not done. ``code`` names the reason for programs, ``sentence`` says it with its figure to the person.

    ``status`` is the HTTP status of the answer; ``retry_after`` seconds, where waiting helps.
    """

    def __init__(self, code: str, sentence: str, *, status: int = 422, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.status = status
        self.retry_after = retry_after


class SentBefore(Refused):
    """The same key came with another text: ``posts`` is what the first sending made; nothing was written now."""

    def __init__(self, sentence: str, posts: list[Post]) -> None:
        super().__init__("sent-before", sentence, status=409)
        self.posts = posts


class EditConflict(Refused):
    """Somebody changed the post since the editor opened it: ``post`` is as it stands now, nothing was written."""

    def __init__(self, sentence: str, post: Post) -> None:
        super().__init__("edit-conflict", sentence, status=409)
        self.post = post
