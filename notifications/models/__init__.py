"""What one person is told, when they were away, and what they want to hear."""

from notifications.models.inbox import (
    FOLLOWS,
    NEEDS_YOU,
    OF_A_GROUP,
    OF_A_MATTER,
    STRENGTH,
    GroupLevel,
    GroupWish,
    Notification,
    NotificationQuerySet,
    Reason,
)
from notifications.models.mails import Digest, Mail, MailKind, MailWish, Notices, Outcome
from notifications.models.visits import Visit

__all__ = [
    "FOLLOWS",
    "NEEDS_YOU",
    "OF_A_GROUP",
    "OF_A_MATTER",
    "STRENGTH",
    "Digest",
    "GroupLevel",
    "GroupWish",
    "Mail",
    "MailKind",
    "MailWish",
    "Notices",
    "Notification",
    "NotificationQuerySet",
    "Outcome",
    "Reason",
    "Visit",
]
