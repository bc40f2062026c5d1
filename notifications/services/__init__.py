"""Verbs that tell people, and that let them say "read" and "done"."""

from notifications.services.inbox import (
    bring_back,
    mark_done,
    mark_read,
    mark_thread_read,
    mark_unread,
    mute,
    notify_of_matter,
    notify_of_post,
    notify_of_space,
    put_away_matter,
    renew,
    set_level,
    unmute,
)
from notifications.services.mails import change_mail_wish, forget_mails, hear_planned, plan_mails, stop_mails
from notifications.services.visits import catch_up, note_visit, take_back_catch_up

__all__ = [
    "bring_back",
    "catch_up",
    "change_mail_wish",
    "forget_mails",
    "hear_planned",
    "mark_done",
    "mark_read",
    "mark_thread_read",
    "mark_unread",
    "mute",
    "note_visit",
    "notify_of_matter",
    "notify_of_post",
    "notify_of_space",
    "plan_mails",
    "put_away_matter",
    "renew",
    "set_level",
    "stop_mails",
    "take_back_catch_up",
    "unmute",
]
