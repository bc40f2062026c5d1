"""Addresses of the inbox."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/count/", views.inbox_count, name="inbox-count"),
    path("inbox/read/", views.inbox_read, name="inbox-read"),
    path("inbox/<slug:public_id>/done/", views.entry_done, name="entry-done"),
    path("inbox/<slug:public_id>/back/", views.entry_back, name="entry-back"),
]
