from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "groups"

    def ready(self) -> None:
        from groups import services
        from kit import slots

        slots.fill("person.makers", "personal wall", services.make_personal_space)
