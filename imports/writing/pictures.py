"""Pictures that came with an archive become our pictures, made anew like any other; what is none stays as its name."""

from __future__ import annotations

import re

from imports.neutral import PICTURES, Post
from imports.references import SHOWN
from imports.validate import Checked
from imports.writing.ledger import Ledger
from walls.services import bulk
from walls.services import pictures as services
from walls.services.refusals import Refused


class Pictures:
    """Makes each picture of a post ready, before the transaction that writes the post."""

    def __init__(self, ledger: Ledger, checked: Checked) -> None:
        self.ledger, self.folder = ledger, checked.folder / PICTURES
        self.missing = checked.form.options.get("missing_file", "")

    def placed(self, post: Post) -> tuple[str, list[bulk.OldPicture]]:
        """The text with its pictures under their public ids, and these pictures."""
        made: dict[str, bulk.OldPicture] = {}

        def place(found: re.Match[str]) -> str:
            words, sha256 = found.groups()
            # SECURITY: each post has rows of its own over the same bytes: the right to see hangs on its thread.
            public_id = self.ledger.public_id("picture", f"{post.id}/{sha256}")
            if sha256 not in made:
                try:
                    picture = services.make_picture((self.folder / sha256).read_bytes())
                except (Refused, OSError) as problem:
                    reason = problem.code if isinstance(problem, Refused) else "file is missing"
                    self.ledger.written.refuse("picture", sha256, reason, f"{words} in post {post.id}")
                    return f"📎 {words} *({self.missing})*"
                made[sha256] = bulk.OldPicture(public_id, picture, " ".join(words.split())[:200])
                self.ledger.written.new["picture"] += 1
            return f"![{words}](picture:{public_id})"

        return (SHOWN.sub(place, post.text), list(made.values())) if "import:picture/" in post.text else (post.text, [])
