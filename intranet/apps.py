from django.apps import AppConfig
from django.conf import settings
from haystack.apps import HaystackConfig


class IntranetConfig(AppConfig):
    """Joins the house: says how a fact is handed to background work."""

    name = "intranet"
    default = True

    def ready(self) -> None:
        from intranet import checks, health, nodes, schedule, service_checks, sign_on_checks  # noqa: F401
        from kit import slots

        schedule.fill_own()
        slots.fill("health", "machine", health.lines, order=10)
        if not settings.IS_EMBEDDED:
            nodes.report_each_process()
            hand_facts_to_workers()


class QuietHaystack(HaystackConfig):
    """Haystack, without the handler it gives its logger when it is ready: that one writes out what was searched."""

    def ready(self) -> None:
        from intranet import logs

        super().ready()
        logs.hear_all_alone()


def hand_facts_to_workers() -> None:
    """From now on a fact goes to Celery right after its commit.

    Embedded, only the server process says so: a command beside it has no worker, its facts are found by the sweeper.
    """
    from intranet import handing, tasks
    from kit import facts

    if settings.IS_EMBEDDED:
        facts.deliver_with(lambda fact_id: tasks.deliver_fact.delay(fact_id))
    else:
        facts.deliver_with(handing.Hands())
