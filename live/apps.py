from django.apps import AppConfig

SPACE_FACTS = (
    "access.ended",
    "membership.ended",
    "membership.role-changed",
    "space.visibility-changed",
    "thread.moved",
    "thread.reclassified",
)
PERSON_FACTS = ("person.deactivated", "person.signed-out", "person.became-guest")


class LiveConfig(AppConfig):
    name = "live"

    def ready(self) -> None:
        from allauth.account.signals import password_changed, password_reset
        from django.contrib.auth.signals import user_logged_out

        from kit import facts
        from live import subscribers

        user_logged_out.connect(subscribers.end_session, dispatch_uid="live.end_session")
        password_changed.connect(subscribers.check_sessions, dispatch_uid="live.password_changed")
        password_reset.connect(subscribers.check_sessions, dispatch_uid="live.password_reset")

        for name in SPACE_FACTS:
            facts.subscribe(name, subscribers.check_streams, phase=facts.BEFORE_ANSWER)
        for name in PERSON_FACTS:
            facts.subscribe(name, subscribers.check_person, phase=facts.BEFORE_ANSWER)
