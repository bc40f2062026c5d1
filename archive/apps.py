from django.apps import AppConfig

MINUTE = 60


class ArchiveConfig(AppConfig):
    """The log, and access by break-glass."""

    name = "archive"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy

        from archive import health, queries, services
        from kit import facts, slots

        slots.fill("schedule", "archive.put_away", MINUTE)
        facts.subscribe("person.changed", services.hear_person_changed, phase=facts.IN_TRANSACTION)
        facts.subscribe("person.changed", services.hear_administrators, phase=facts.IN_TRANSACTION)
        facts.subscribe("person.reactivated", services.hear_administrators, phase=facts.IN_TRANSACTION)
        facts.subscribe("person.deactivated", services.hear_person_changed, phase=facts.IN_TRANSACTION)
        slots.fill("admin.pages", "access", ("archive:admin-access", gettext_lazy("Break-glass")), order=70)
        slots.fill("admin.pages", "log", ("archive:admin-log", gettext_lazy("Log")), order=80)
        slots.fill("admin.waiting", "access", queries.to_decide)
        slots.fill("inbox.about", "access", (queries.concerning, "archive:admin-access"))
        slots.fill("health", "archive", health.lines, order=200)
