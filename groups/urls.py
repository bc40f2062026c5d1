"""Addresses of groups, invitations and conversations: random ids only."""

from django.urls import path

from groups.views import conversations, directory, group, invitations, manage, members

app_name = "groups"
urlpatterns = [
    path("groups/", directory.directory, name="directory"),
    path("groups/new/", directory.group_create, name="group-create"),
    path("groups/<slug:public_id>/", group.group_detail, name="group-detail"),
    path("groups/<slug:public_id>/members/", members.member_list, name="member-list"),
    path("groups/<slug:public_id>/members/<slug:person_id>/role/", members.member_role, name="member-role"),
    path("groups/<slug:public_id>/members/<slug:person_id>/remove/", members.member_remove, name="member-remove"),
    path("groups/<slug:public_id>/join/", members.group_join, name="group-join"),
    path("groups/<slug:public_id>/leave/", members.group_leave, name="group-leave"),
    path("groups/<slug:public_id>/ask/", members.group_ask, name="group-ask"),
    path("groups/<slug:public_id>/ask/withdraw/", members.ask_withdraw, name="ask-withdraw"),
    path(
        "groups/<slug:public_id>/requests/<slug:request_id>/<slug:answer>/",
        members.request_answer,
        name="request-answer",
    ),
    path("groups/<slug:public_id>/invite/", invitations.group_invite, name="group-invite"),
    path(
        "groups/<slug:public_id>/invitations/<slug:invitation_id>/withdraw/",
        invitations.invitation_withdraw,
        name="invitation-withdraw",
    ),
    path("groups/<slug:public_id>/manage/", manage.group_manage, name="group-manage"),
    path("groups/<slug:public_id>/manage/visibility/", manage.group_visibility, name="group-visibility"),
    path("groups/<slug:public_id>/manage/archive/", manage.group_archive, name="group-archive"),
    path("groups/<slug:public_id>/manage/unarchive/", manage.group_unarchive, name="group-unarchive"),
    path("groups/<slug:public_id>/manage/hand-over/", manage.group_hand_over, name="group-hand-over"),
    path("invitations/", invitations.invitation_list, name="invitation-list"),
    path("invitations/<slug:invitation_id>/accept/", invitations.invitation_accept, name="invitation-accept"),
    path("invitations/<slug:invitation_id>/decline/", invitations.invitation_decline, name="invitation-decline"),
    path("conversations/", conversations.direct_list, name="direct-list"),
    path("conversations/new/", conversations.direct_create, name="direct-create"),
    path("conversations/<slug:public_id>/", conversations.direct_detail, name="direct-detail"),
    path("conversations/<slug:public_id>/leave/", conversations.direct_leave, name="direct-leave"),
]
