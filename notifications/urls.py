"""Addresses of the inbox, and of how one is told."""

from django.urls import path

from notifications.views import away, inbox, mail, told

app_name = "notifications"
urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/count/", inbox.inbox_count, name="inbox-count"),
    path("inbox/read/", inbox.inbox_read, name="inbox-read"),
    path("inbox/unread/<int:moment>/", inbox.inbox_unread, name="inbox-unread"),
    path("inbox/away/", away.away, name="away"),
    path("inbox/away/read/", away.away_read, name="away-read"),
    path("inbox/away/unread/", away.away_unread, name="away-unread"),
    path("inbox/<slug:public_id>/done/", inbox.entry_done, name="entry-done"),
    path("inbox/<slug:public_id>/back/", inbox.entry_back, name="entry-back"),
    path("inbox/<slug:public_id>/mute/", inbox.entry_mute, name="entry-mute"),
    path("inbox/<slug:public_id>/unmute/", inbox.entry_unmute, name="entry-unmute"),
    path("preferences/mail/", mail.mail, name="mail"),
    path("mail/stop/<str:token>/", mail.mail_stop, name="mail-stop"),
    path("preferences/told/", told.told, name="told"),
    path("preferences/told/groups/<slug:public_id>/", told.group_level, name="group-level"),
]
