"""Addresses of the archive: pages of the administration."""

from django.urls import path

from archive import views

app_name = "archive"
urlpatterns = [
    path("admin/access/", views.access, name="admin-access"),
    path("admin/access/<slug:public_id>/<slug:verb>/", views.access_do, name="admin-access-do"),
    path("admin/log/", views.log, name="admin-log"),
]
