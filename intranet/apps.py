from django.apps import AppConfig


class IntranetConfig(AppConfig):
    """Joins the house: says how a fact is handed to background work."""

    name = "intranet"

    def ready(self) -> None:
        from intranet import tasks
        from kit import facts

        facts.deliver_with(lambda fact_id: tasks.deliver_fact.delay(fact_id))
