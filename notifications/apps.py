from django.apps import AppConfig

# After these somebody may see less, or has nothing left to answer.
LOSSES = (
    "membership.ended",
    "membership.role-changed",
    "space.visibility-changed",
    "thread.moved",
    "thread.reclassified",
    "post.deleted",
    "person.became-guest",
    "invitation.accepted",
    "invitation.declined",
    "invitation.withdrawn",
    "request.accepted",
    "request.declined",
    "request.withdrawn",
)


MINUTE = 60


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from kit import facts, slots
        from kit.navigation import COUNTS
        from notifications import health, queries, services, subscribers
        from notifications.live import InboxStream
        from notifications.views.told import aside_of_group

        facts.subscribe("thread.posted", subscribers.hear_post)
        facts.subscribe("post.posted", subscribers.hear_post)
        facts.subscribe("post.edited", subscribers.hear_edit)
        facts.subscribe("thread.moved", subscribers.hear_restriction)
        facts.subscribe("thread.answered", subscribers.hear_answer)
        facts.subscribe("thread.read", subscribers.hear_read, phase=facts.IN_TRANSACTION)
        facts.subscribe("invitation.sent", subscribers.hear_invitation)
        facts.subscribe("request.sent", subscribers.hear_request)
        facts.subscribe("request.accepted", subscribers.hear_admission)
        facts.subscribe("space.inherited", subscribers.hear_inheritance)
        facts.subscribe("access.started", subscribers.hear_access)
        facts.subscribe("access.ended", subscribers.hear_access)
        for name in LOSSES:
            facts.subscribe(name, subscribers.hear_loss, phase=facts.IN_TRANSACTION)
        slots.fill("group.aside", "notifications", aside_of_group)
        facts.subscribe("access.asked", subscribers.hear_access_asked)
        facts.subscribe("access.decided", subscribers.hear_access_decided)
        facts.subscribe("mail.planned", services.hear_planned)
        slots.fill("schedule", "notifications.plan_mails", MINUTE)
        slots.fill("schedule", "notifications.forget_mails", 24 * 60 * MINUTE)
        slots.fill("health", "mail", health.lines, order=100)
        slots.fill("person.seen", "visits", services.note_visit)
        slots.fill("live.streams", "inbox", InboxStream())
        slots.fill(COUNTS, "inbox", queries.unread_count)
