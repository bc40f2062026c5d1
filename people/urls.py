"""Addresses of pages about accounts."""

from __future__ import annotations

from django.urls import path

from people.views import account, invitation, preferences

app_name = "people"

urlpatterns = [
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("language/", account.language_set, name="language-set"),
    path("enter/<str:public_id>/", account.demo_enter, name="demo-enter"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/one/", preferences.preference_set, name="preference-set"),
    path("preferences/profile/", preferences.profile, name="profile"),
    path("preferences/photo/", preferences.photo_set, name="photo-set"),
]
