"""What the small cast has written: enough of every kind that each screen has something to show."""

from __future__ import annotations

import datetime as dt

from kit import clock
from topics import services as topics
from walls import services as walls
from walls.models import Kind

LONG = (
    "Two of our sites lose mains for a few seconds every storm. After the last one the dosing log restarted at "
    "1 January 2020.\n\n- pump M4, firmware **2.8**\n- battery changed in spring\n\n> It kept the time in 2.7.\n"
)


def write(people: dict, spaces: dict) -> dict[str, str]:
    """Write threads; their public ids by name."""
    admin, manager, member, french = (people[name] for name in ("admin", "manager", "member", "french"))
    now = clock.now()
    engineering = topics.add_topic(administrator=admin, label_en="Engineering", label_fr="Ingénierie")
    firmware = topics.add_topic(administrator=admin, label_en="Firmware", label_fr="Micrologiciel", parent=engineering)
    written = {}
    with clock.set_to(now - dt.timedelta(days=3, hours=2)):
        question = walls.post_thread(
            author=member,
            source=LONG,
            spaces=[spaces["open"]],
            kind=Kind.QUESTION,
            title="Does firmware 2.8 keep its clock through a power cut?",
            topic=firmware,
            tags=["m4"],
            label="shared",
        )[0]
    with clock.set_to(now - dt.timedelta(days=2)):
        answer = walls.reply(
            author=manager, thread=question, source="Yes, for *72 hours*, once the battery has been seen by the pump."
        )
        walls.reply(author=french, thread=question, source="Merci, je vérifie à Saint-Flour.")
    with clock.set_to(now - dt.timedelta(days=1)):
        walls.accept_answer(by=member, post=answer)
        written["idea"] = walls.post_thread(
            author=french,
            source="Un appel depuis le téléphone, gardé 24 heures, aurait évité cinq visites ce mois-ci.",
            spaces=[spaces["common"]],
            kind=Kind.IDEA,
            title="Réserver une tête de pompe depuis le camion",
        )[0].public_id
    written["question"] = question.public_id
    written["hidden"] = walls.post_thread(
        author=manager,
        source="Can the five-axis machine travel without being recalibrated?",
        spaces=[spaces["hidden"]],
        title="Moving the five-axis machine",
        label="confidential",
    )[0].public_id
    written["plain"] = walls.post_thread(
        author=manager, source="First body off the new centre: 11 min 40 each.", spaces=[spaces["common"]]
    )[0].public_id
    return written
