"""Threads, their posts, and what people do with them."""

from walls.models.marks import Follow, FollowState, ReadMark, SavedThread, Vote
from walls.models.moves import Move
from walls.models.pictures import Picture
from walls.models.posts import Draft, Mention, Post, Reaction, Revision, Submission
from walls.models.threads import Kind, Status, Thread

__all__ = [
    "Draft",
    "Follow",
    "FollowState",
    "Kind",
    "Mention",
    "Move",
    "Picture",
    "Post",
    "Reaction",
    "ReadMark",
    "Revision",
    "SavedThread",
    "Status",
    "Submission",
    "Thread",
    "Vote",
]
