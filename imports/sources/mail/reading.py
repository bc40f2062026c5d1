"""Second pass over the mail: each becomes one post, or one refusal with its reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from imports.html_to_markdown import CONVERTER
from imports.neutral import Form, FormWriter, Refused, reference
from imports.sources.mail import bodies, boxes
from imports.sources.mail.survey import PRIVATE, Mail, Survey
from kit import pictures

SOURCE = "mbox"
NAMED_LIMIT, PICTURES_LIMIT = 50, 50
CID = re.compile(r"!\[((?:\\.|[^\[\]\\])*)\]\(<?cid:([^)\s>]+)>?\)", re.I)


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever imports chose.

    `visibility` is that of groups of lists, `private` that of the group for mails that came by no list; `group` puts
    every mail into one group of this name, which has `visibility`.
    """

    visibility: str = "hidden"
    private: str = "hidden"
    group: str = ""
    private_name: str = "Mail"
    missing_file: str = "file not taken over"

    def as_strings(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


def read_boxes(
    files: Sequence[Path], into: Path, *, options: Options, advance: Callable[[int], object] = lambda n: None
) -> Form:
    """Turn files of mail into a neutral form; `advance` is called with 1 for every mail, twice in all.

    Raises SourceError with a sentence when one of the files is no mbox.
    """
    form = Form(source=SOURCE, fingerprint=boxes.fingerprint(files), options=options.as_strings())
    into.mkdir(parents=True, exist_ok=True)
    with Survey(into / "survey.sqlite3") as survey, FormWriter(into, form) as writer:
        survey.read(files, one_group=options.group, advance=advance)
        survey.name_threads()
        reading = Reading(writer, survey, options)
        reading.places()
        number = 0
        for path in files:
            for raw in boxes.mails(path):
                number += 1
                reading.mail(survey.mail(number), raw)
                advance(1)
        form.rows = {"message": number}
        form.notes = dict(sorted((Counter(survey.notes()) + reading.notes).items()))
    return form


class Reading:
    """Mails become records of the form."""

    def __init__(self, writer: FormWriter, survey: Survey, options: Options) -> None:
        self.writer, self.survey, self.options = writer, survey, options
        self.notes: Counter[str] = Counter()

    def places(self) -> None:
        """Groups, people and threads, as the survey found them."""
        for home, name in self.survey.homes():
            if home == PRIVATE:
                values = {"name": self.options.private_name, "visibility": self.options.private}
            else:
                values = {"name": self.options.group or name, "visibility": self.options.visibility}
            self.writer.try_add("group", {"id": home, **values})
        for address, name in self.survey.people():
            self.writer.try_add("person", {"id": address, "name": name})
        for key, home, title, tags in self.survey.threads():
            self.writer.try_add("thread", {"id": key, "group": home, "title": title, "tags": tags})

    def mail(self, known: Mail, raw: boxes.Raw) -> None:
        """One mail: a post, or a refusal."""
        if known.refused:
            self._refuse(known, known.refused, known.detail)
            return
        try:
            body = bodies.body_of(raw.content)
            notes = Counter(body.notes)
            text = self._text(body, notes)
        except Exception as problem:  # noqa: BLE001, RUF100 - one hostile mail never ends an import
            self._refuse(known, "mail cannot be read", f"{known.place}: {type(problem).__name__}")
            return
        if not text.strip():
            if not known.title:
                self._refuse(known, "mail has no text", known.place)
                return
            text = CONVERTER.escape(known.title, set())
            notes["mail without a text: its subject stands for it"] += 1
        values = {"id": known.key, "thread": known.thread, "author": known.author, "at": known.at, "text": text}
        if self.writer.try_add("post", values | {"quotes": [known.answers] if known.answers else []}):
            self.notes.update(notes)

    def _refuse(self, known: Mail, reason: str, detail: str) -> None:
        self.writer.refuse(Refused(noun="post", id=known.key, reason=reason, detail=detail))

    def _text(self, body: bodies.Body, notes: Counter[str]) -> str:
        """The text, its pictures in their places, and under it what else came with the mail."""
        by_content_id = {one.content_id: one for one in body.attachments if one.content_id and one.is_picture}
        shown: set[str] = set()

        def inline(found: re.Match[str]) -> str:
            one = by_content_id.get(found[2])
            if one is None or not self._take(one, shown):
                return found[1]
            return f"![{found[1] or picture_words(one)}]({reference('picture', one.sha256)})"

        text = CID.sub(inline, body.text)
        below: list[str] = []
        for one in body.attachments:
            if one.sha256 in shown and one.is_picture:
                continue
            if self._take(one, shown):
                below.append(f"![{picture_words(one)}]({reference('picture', one.sha256)})")
            else:
                notes["attachment named, not taken"] += 1
                below.append(self._named(one))
        if len(below) > NAMED_LIMIT:
            below[NAMED_LIMIT:] = [f"… {len(below) - NAMED_LIMIT:,} × 📎 *({self.options.missing_file})*"]
        notes["picture that came with a mail"] += len(shown)
        return "\n\n".join(part for part in (text, *below) if part)

    def _take(self, attachment: bodies.Attachment, shown: set[str]) -> bool:
        """Whether this attachment comes in. The seam for documents: today only pictures have a place to go to."""
        if not attachment.is_picture or not 0 < attachment.size <= pictures.MAX_BYTES or len(shown) >= PICTURES_LIMIT:
            return False
        self.writer.keep_picture(attachment.sha256, attachment.content)
        shown.add(attachment.sha256)
        return True

    def _named(self, attachment: bodies.Attachment) -> str:
        """A file that is not taken: its name, type and size, and that it is not here."""
        words = CONVERTER.escape(f"{attachment.name} · {attachment.type[:100]} · {attachment.size:,} B", set())
        return f"📎 {words} *({self.options.missing_file})*"


def picture_words(attachment: bodies.Attachment) -> str:
    """What stands for a picture where none is shown: its name, without what would end the words."""
    return re.sub(r"[\[\]\\`*_<>]", " ", attachment.name).strip() or "picture"
