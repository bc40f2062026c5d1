from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "imports"

    def ready(self) -> None:
        from imports.demo.reading import mails_behind_doors
        from kit import slots

        slots.fill("sign-in.demo-people", "corvanne", mails_behind_doors)
