from django.apps import AppConfig


class GroupsConfig(AppConfig):
    """Every new employee gets a wall (slot ``person.makers``), which follows their name."""

    name = "groups"

    def ready(self) -> None:
        from groups import navigation, queries, services
        from kit import facts, slots
        from kit.navigation import ACTIONS, BLOCKS, COUNTS

        slots.fill("person.makers", "personal wall", services.make_personal_space)
        slots.fill("people.visible", "groups", queries.visible_people)
        facts.subscribe("person.changed", services.hear_person_changed, phase=facts.IN_TRANSACTION)
        facts.subscribe("person.deactivated", services.hear_account_closed)
        slots.fill(BLOCKS, "groups", navigation.block_of_groups, order=20)
        slots.fill(ACTIONS, "groups", navigation.actions_of, order=20)
        slots.fill(COUNTS, "direct", navigation.count_of_conversations)
