"""Verbs that change people: each asks who acts, writes once, tells after. Actor first, keyword arguments."""

from people.services.accounts import (
    change_company,
    change_person,
    change_preferences,
    create_person,
    extend_guest,
    remove_photo,
    robot,
    set_logo,
    set_photo,
)
from people.services.invitations import (
    accept_account_invitation,
    first_admin_link,
    invitation_link,
    invite_to_company,
    open_invitation,
    withdraw_account_invitation,
)
from people.services.keys import reset_keys, set_keys
from people.services.rights import (
    deactivate,
    end_administrator,
    end_editor,
    end_guests_of_yesterday,
    make_administrator,
    make_editor,
    reactivate,
)
from people.services.sessions import (
    ask_reset_link,
    change_password,
    end_session,
    end_sessions,
    end_sessions_whose_time_is_over,
    note_sign_out,
)
from people.services.sign_on import ask_sign_on_link, is_bound, unbind

__all__ = [
    "accept_account_invitation",
    "ask_reset_link",
    "ask_sign_on_link",
    "change_company",
    "change_password",
    "change_person",
    "change_preferences",
    "create_person",
    "deactivate",
    "end_administrator",
    "end_editor",
    "end_guests_of_yesterday",
    "end_session",
    "end_sessions",
    "end_sessions_whose_time_is_over",
    "extend_guest",
    "first_admin_link",
    "invitation_link",
    "invite_to_company",
    "is_bound",
    "make_administrator",
    "make_editor",
    "note_sign_out",
    "open_invitation",
    "reactivate",
    "remove_photo",
    "reset_keys",
    "robot",
    "set_keys",
    "set_logo",
    "set_photo",
    "unbind",
    "withdraw_account_invitation",
]
