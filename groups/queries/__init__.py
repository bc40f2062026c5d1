"""What can be asked of spaces and of who is in them; every answer starts from the rule."""

from groups.queries.conversations import (
    SpokenLast,
    Talk,
    UnreadIn,
    conversations_of,
    talk_name,
    talks_of,
    unread,
    unread_counts,
)
from groups.queries.groups import first_groups, groups_known_to, my_groups, shown_as
from groups.queries.people import (
    employers_of,
    first_employees_in,
    guests_of,
    invitations_for,
    invitations_to,
    member_counts,
    members_of,
    membership_of,
    requests_to,
    visible_people,
)
from groups.queries.readers import AudienceLine, audience_line, named_may, people_count, reader_counts
from groups.queries.visibility import VisibilityPreview, visibility_preview

__all__ = [
    "AudienceLine",
    "SpokenLast",
    "Talk",
    "UnreadIn",
    "VisibilityPreview",
    "audience_line",
    "conversations_of",
    "employers_of",
    "first_employees_in",
    "first_groups",
    "groups_known_to",
    "guests_of",
    "invitations_for",
    "invitations_to",
    "member_counts",
    "members_of",
    "membership_of",
    "my_groups",
    "named_may",
    "people_count",
    "reader_counts",
    "requests_to",
    "shown_as",
    "talk_name",
    "talks_of",
    "unread",
    "unread_counts",
    "visibility_preview",
    "visible_people",
]
