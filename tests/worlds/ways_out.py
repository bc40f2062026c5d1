"""Every way out of the product that is no address: what is told, where, and how it is played; or why it tells nobody.

A task, a command, a subscriber of facts, a mail, a message on a socket or a door beside Django that has no line here
fails ``test_nothing_forgotten``.
"""

from __future__ import annotations

from django.conf import settings

#: tasks of the background: those that tell somebody something, and how that is played; or why it tells nobody
TASKS = {
    "facts.deliver": "every step of every script lets it deliver (world.hear); mails and frames are compared",
    "facts.sweep": "the same deliveries, for what a crash left",
    "facts.forget": "drops what everybody heard; tells nobody",
    "archive.put_away": "ends accesses of administrators whose time is over: takes sight away and gives none",
    "notifications.plan_mails": "played by company.be_mailed, at once and as a digest; mails are compared",
    "notifications.forget_mails": "forgets what was mailed long ago; tells nobody",
    "blobs.sweep": "removes bytes that nothing cites; answers about them are the same before and after",
    "sessions.clear": "drops sessions that are over",
    "people.end_guests": "closes accounts by their date, whatever groups there are",
    "people.end_sessions": "closes sockets of sessions that are over, whatever groups there are",
    "search.clean": "drops words that nothing holds; their answers come from readable rows only",
    "walls.erase_deleted": "forgets texts that are shown to nobody",
    "walls.drop_unused_pictures": "forgets pictures that only their uploader saw",
}
#: commands: who runs one stands at the server and reads its disk; what they print is still no door for others
COMMANDS = {
    "backup": "hands over the whole company to who owns the server, encrypted by whom they choose; no outsider's door",
    "restore": "takes that back",
    "move_in": "moves the whole company; its sums are printed to who owns the server",
    "import_zulip": "writes; says how many things it wrote of the archive it was given",
    "import_mbox": "writes; says how many mails it wrote of the files it was given, to who owns the server",
    "import_slack": "writes; says how many messages it wrote of the export it was given, to who owns the server",
    "load_demo": "writes an invented company",
    "create_admin": "writes one account; knows no group",
    "sign_in_link": "prints a link for one account; knows no group",
    "rebuild_index": "says how many rows it indexed, to who owns the server",
    "print_rules": "the table of rights, the same in every company",
    "print_settings": "the list of settings, the same in every company",
    "serve": "serves what is compared here",
    "migrate": "Django's, with one sentence more",
    "verify_log": "names the first changed entry of the log, to who owns the server",
}
#: who hears facts, in any phase: inboxes, mails and frames that follow are compared, for the scripts tell these facts
SUBSCRIBERS = {
    "archive.services.accesses.hear_person_changed": "ends an access with the rights of who had it; tells the managers",
    "archive.services.administrators.hear_administrators": "writes who administers into the log; sends nothing",
    "groups.services.spaces.hear_person_changed": "a wall takes the new name of its owner",
    "groups.services.succession.hear_account_closed": "gives a group another manager, who is a member",
    "live.subscribers.check_person": "closes sockets of one person: compared in test_sockets",
    "live.subscribers.check_streams": "ends watches: compared in test_sockets",
    "notifications.subscribers.hear_access": "to managers; the inboxes of all others are compared",
    "notifications.subscribers.hear_access_asked": "to administrators, without a name; their inboxes are compared",
    "notifications.subscribers.hear_access_decided": "to who asked; the others are told no more; inboxes are compared",
    "notifications.subscribers.hear_admission": "to who was let in; inboxes are compared",
    "notifications.subscribers.hear_answer": "to who answered; inboxes are compared",
    "notifications.subscribers.hear_edit": "to who is named; inboxes are compared",
    "notifications.subscribers.hear_inheritance": "to the new manager; inboxes are compared",
    "notifications.subscribers.hear_invitation": "to who is invited; inboxes are compared",
    "notifications.subscribers.hear_loss": "lets inboxes look again that hold what was lost; inboxes are compared",
    "notifications.subscribers.hear_post": "to readers only, named or following: Emil and Lea are named in private",
    "notifications.subscribers.hear_read": "marks one's own notice",
    "notifications.subscribers.hear_request": "to managers; inboxes are compared",
    "notifications.subscribers.hear_restriction": "to named readers; inboxes are compared",
    "notifications.services.mails.hear_planned": "a mail to who may see what it tells of when it goes: compared",
    "people.mail.hear_invitation": "a mail to whom an administrator invites into the company: compared, with its id",
    "people.mail.hear_password_changed": "a mail to one's own address, whatever groups there are",
    "people.mail.hear_reset_asked": "a mail to one's own address: compared, with its id",
    "people.mail.hear_sign_on_link_asked": "a mail to one's own address, whatever groups there are",
    "people.mail.hear_sign_on_linked": "a mail to one's own address, whatever groups there are",
    "walls.live.tell_readers": "frames: compared in test_sockets",
    "walls.live.tell_thread": "frames: compared in test_sockets",
    "walls.live.tell_wall": "frames: compared in test_sockets",
    "walls.services.merging.hear_tag_merged": "gives threads the new word; only what one may read shows it",
    "walls.services.merging.hear_topic_merged": "the same for topics",
}
#: the same of search, which hears otherwise on each profile
SUBSCRIBERS |= (
    {
        "search.hearing.write_within": "writes the index with the post; its answers are compared",
        "search.hearing.write_after": "writes what was too much for the transaction; its answers are compared",
    }
    if settings.DATABASE_URL
    else {"search.hearing.hear": "writes the index; its answers are compared"}
)
#: modules that send mail, all of it from the subscribers above
SENDERS = {"people/mail.py", "notifications/letters.py"}
#: what a client may say on its socket; played in test_sockets
SAID = {"watch", "typing"}
#: sockets there are
SOCKETS = {"live/"}
#: what is answered before Django is asked: names of parts and counts of requests, nothing of what people wrote
MACHINES = {
    "/health/live": "the word alive",
    "/health/ready": "the names of services that are away",
    "/metrics": "for whoever has its token: counts of requests and of facts, of all groups together",
}
