"""Addresses of the directory and of people."""

from __future__ import annotations

from django.urls import path

from profiles import views

app_name = "profiles"

urlpatterns = [
    path("people/", views.directory, name="directory"),
    path("people/<slug:public_id>/", views.person, name="person"),
    path("pictures/people/<slug:public_id>/<slug:version>/", views.photo, name="photo"),
]
