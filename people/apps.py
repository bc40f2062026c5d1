from django.apps import AppConfig

MINUTE = 60


class PeopleConfig(AppConfig):
    """Mails follow facts; guests end by the clock; a sign-out reaches the sockets."""

    name = "people"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from kit import facts, slots
        from kit.navigation import ACTIONS, BLOCKS
        from people import administration, mail, navigation, queries, services

        facts.subscribe("account-invitation.made", mail.hear_invitation)
        facts.subscribe("password.changed", mail.hear_password_changed)
        facts.subscribe("reset-link.asked", mail.hear_reset_asked)
        facts.subscribe("sign-on-link.asked", mail.hear_sign_on_link_asked)
        facts.subscribe("sign-on.linked", mail.hear_sign_on_linked)
        slots.fill("blobs.cited", "people", queries.pictures_cited)
        slots.fill("schedule", "people.end_guests", MINUTE)
        slots.fill("schedule", "people.end_sessions", MINUTE)
        administration.fill_own()
        slots.fill(BLOCKS, "administration", administration.block_of_administration, order=90)
        slots.fill(ACTIONS, "people", navigation.actions_of, order=50)

        def hear_sign_out(sender, request, user, **_more):
            if user is not None and request.session.session_key:
                services.note_sign_out(person=user, session_key=request.session.session_key)

        user_logged_out.connect(hear_sign_out, weak=False, dispatch_uid="people.sign-out")
