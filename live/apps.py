from django.apps import AppConfig

SPACE_FACTS = (
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
        from kit import facts
        from live import subscribers

        for name in SPACE_FACTS:
            facts.subscribe(name, subscribers.check_streams, phase=facts.BEFORE_ANSWER)
        for name in PERSON_FACTS:
            facts.subscribe(name, subscribers.check_person, phase=facts.BEFORE_ANSWER)
