"""Emoji under posts."""

from __future__ import annotations

from django.db import transaction

from imports.validate import Checked
from imports.writing.ledger import Ledger, chunks
from people.models import Person
from walls.models import Post, Reaction

REACTIONS_AT_ONCE = 200
ROOM_FOR_EMOJI = 16


def write_reactions(ledger: Ledger, checked: Checked, people: dict[str, Person]) -> None:
    """Write what is missing; each counts on its post and, under an opening post, on its thread."""
    for chunk in chunks(checked.reactions(), REACTIONS_AT_ONCE):
        known = ledger.rows("reaction", [one.id for one in chunk])
        posts = ledger.rows("post", [one.post for one in chunk])
        ledger.written.known["reaction"] += len(known)
        new: dict[str, int] = {}
        with transaction.atomic():
            rows = Post.objects.select_related("thread").select_for_update(of=("self",)).in_bulk(posts.values())
            for one in chunk:
                if one.id in known:
                    continue
                post, person = rows.get(posts.get(one.post, 0)), people.get(one.person)
                if post is None or person is None:
                    ledger.written.refuse("reaction", one.id, "its post or person is not here")
                elif len(one.emoji) > ROOM_FOR_EMOJI:
                    ledger.written.refuse("reaction", one.id, "emoji is too long", one.emoji)
                else:
                    new[one.id] = _react(post, person, one.emoji)
            ledger.enter("reaction", new)
        ledger.written.new["reaction"] += len(new)


def _react(post: Post, person: Person, emoji: str) -> int:
    reaction, is_new = Reaction.objects.get_or_create(post=post, person_id=person.pk, emoji=emoji)
    if is_new:
        post.reaction_count += 1
        post.save(update_fields=["reaction_count"])
        if post.number == 1:
            post.thread.reaction_count += 1
            post.thread.save(update_fields=["reaction_count"])
    return reaction.pk
