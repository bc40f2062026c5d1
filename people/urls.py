"""Addresses of pages about accounts."""

from __future__ import annotations

from django.urls import path

from people.views import account, invitation, keys, preferences, sign_on
from people.views.administration import company, health, invite, people

app_name = "people"

urlpatterns = [
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("language/", account.language_set, name="language-set"),
    path("enter/<str:public_id>/", account.demo_enter, name="demo-enter"),
    path("sign-on/", sign_on.begin, name="sign-on"),
    path("sign-on/callback/", sign_on.callback, name="sign-on-callback"),
    path("sign-on/link/<str:token>/", sign_on.link, name="sign-on-link"),
    path("sign-on/entry/<str:token>/", sign_on.entry, name="entry"),
    path("preferences/sign-on/", sign_on.own, name="sign-on-own"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("keys/", keys.key_list, name="key-list"),
    path("preferences/keys/", keys.keys, name="keys"),
    path("preferences/one/", preferences.preference_set, name="preference-set"),
    path("preferences/profile/", preferences.profile, name="profile"),
    path("preferences/photo/", preferences.photo_set, name="photo-set"),
    path("pictures/company/<slug:version>/", company.logo, name="logo"),
    path("admin/people/", people.people, name="admin-people"),
    path("admin/people/invite/", invite.invite, name="admin-invite"),
    path("admin/people/invite/many/", invite.invite_many, name="admin-invite-many"),
    path("admin/people/invitations/<slug:public_id>/withdraw/", people.invitation_withdraw, name="admin-withdraw"),
    path("admin/people/<slug:public_id>/", people.person, name="admin-person"),
    path("admin/people/<slug:public_id>/<slug:verb>/", people.person_do, name="admin-person-do"),
    path("admin/company/", company.company, name="admin-company"),
    path("admin/company/logo/", company.logo_set, name="admin-logo-set"),
    path("admin/health/", health.health, name="admin-health"),
    path("admin/health/retry/", health.facts_retry, name="admin-facts-retry"),
]
