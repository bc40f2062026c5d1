"""The verbs of walls: each asks the rule, writes once, tells after. Keyword arguments, the actor first."""

from walls.services.bulk import OldPost, add_posts, add_reactions, open_thread
from walls.services.classification import move_thread, reclassify, reclassify_many, restrict_thread
from walls.services.drafts import drop_draft, keep_draft
from walls.services.erasures import erase_deleted
from walls.services.everywhere import Copy, copies_of, edit_everywhere
from walls.services.marks import (
    follow,
    mark_all_read,
    mark_as_before,
    mark_read,
    mark_read_until,
    mark_unread,
    mute,
    save,
    unfollow,
    unsave,
)
from walls.services.pictures import add_picture, drop_unused, picture_refusal
from walls.services.posts import delete_post, edit_post, reply, restore_post
from walls.services.refusals import EditConflict, Refused, SentBefore
from walls.services.states import (
    accept_answer,
    change_status,
    pin,
    react,
    unaccept_answer,
    unpin,
    unreact,
    unvote,
    vote,
)
from walls.services.threads import post_thread, tied_to

__all__ = [
    "Copy",
    "EditConflict",
    "OldPost",
    "Refused",
    "SentBefore",
    "accept_answer",
    "add_picture",
    "add_posts",
    "add_reactions",
    "change_status",
    "copies_of",
    "delete_post",
    "drop_draft",
    "drop_unused",
    "edit_everywhere",
    "edit_post",
    "erase_deleted",
    "follow",
    "keep_draft",
    "mark_all_read",
    "mark_as_before",
    "mark_read",
    "mark_read_until",
    "mark_unread",
    "move_thread",
    "mute",
    "open_thread",
    "picture_refusal",
    "pin",
    "post_thread",
    "react",
    "reclassify",
    "reclassify_many",
    "reply",
    "restore_post",
    "restrict_thread",
    "save",
    "tied_to",
    "unaccept_answer",
    "unfollow",
    "unpin",
    "unreact",
    "unsave",
    "unvote",
    "vote",
]
