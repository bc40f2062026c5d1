"""Verbs that change spaces and who belongs to them: each asks the rule, writes once, tells after.

They raise ``Http404`` where even the existence is secret, ``PermissionDenied`` where only the act is refused, and
``ValidationError`` (with a sentence and a code) where the act would break what the group promises.
"""

from groups.services.conversations import (
    call_named_readers,
    leave_conversation,
    make_named_readers,
    start_conversation,
)
from groups.services.invitations import accept_invitation, decline_invitation, invite, withdraw_invitation
from groups.services.members import (
    add_member,
    change_role,
    hand_over,
    join,
    leave,
    remove_member,
)
from groups.services.requests import accept_request, ask_to_join, decline_request, withdraw_request
from groups.services.spaces import (
    archive,
    change_visibility,
    create_group,
    edit_group,
    hear_person_changed,
    make_common_space,
    make_personal_space,
    unarchive,
)
from groups.services.succession import hear_account_closed
from groups.services.timed import end_timed_access, start_timed_access_unsafe

__all__ = [
    "accept_invitation",
    "accept_request",
    "add_member",
    "archive",
    "ask_to_join",
    "call_named_readers",
    "change_role",
    "change_visibility",
    "create_group",
    "decline_invitation",
    "decline_request",
    "edit_group",
    "end_timed_access",
    "hand_over",
    "hear_account_closed",
    "hear_person_changed",
    "invite",
    "join",
    "leave",
    "leave_conversation",
    "make_common_space",
    "make_named_readers",
    "make_personal_space",
    "remove_member",
    "start_conversation",
    "start_timed_access_unsafe",
    "unarchive",
    "withdraw_invitation",
    "withdraw_request",
]
