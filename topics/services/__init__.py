"""Verbs that change the tree of topics and the tags: administrators' work, but for following and for making tags."""

from topics.services.follows import follow_topic, unfollow_topic
from topics.services.tags import TAG_LENGTH, TAGS_LIMIT, fold_tag, merge_tag, tags_named
from topics.services.tree import add_topic, merge_topic, move_topic, rename_topic, retire_topic, unretire_topic

__all__ = [
    "TAGS_LIMIT",
    "TAG_LENGTH",
    "add_topic",
    "fold_tag",
    "follow_topic",
    "merge_tag",
    "merge_topic",
    "move_topic",
    "rename_topic",
    "retire_topic",
    "tags_named",
    "unfollow_topic",
    "unretire_topic",
]
