"""A company for measuring: 1,000 people, 200 groups of which 40 hidden, 20,000 threads, 200,000 posts.

Bodies are rendered once (5,000 different ones) and reused; rows go in by bulk. ``scale`` shrinks threads and posts.
Run as ``python -m bench.company SCALE`` with ``PARVIS_DATA`` set; prints ids as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from groups.models import Membership, Role, Space, SpaceType  # noqa: E402
from kit import clock, markdown  # noqa: E402
from people.models import Company, Person  # noqa: E402
from topics.models import Tag, Topic, TopicFollow  # noqa: E402
from walls.models import Kind, Post, Thread  # noqa: E402

PEOPLE, GROUPS, HIDDEN, THREADS, BODIES = 1_000, 200, 40, 20_000, 5_000
POSTS_A_THREAD, TOPICS = 10, 24
AGE = dt.timedelta(days=400)
WORDS = (
    "pump head seal lot torque drawing wrench audit casting porosity firmware clock valve spare order meeting budget"
    " pompe joint vanne commande réunion budget plan usine contrôle étanchéité mesure fonderie livraison délai essai"
).split()


def _text(rng: random.Random) -> str:
    sentences = (" ".join(rng.choices(WORDS, k=rng.randint(6, 14))).capitalize() for _ in range(rng.randint(2, 5)))
    return ". ".join(sentences) + "."


def make(scale: float) -> dict:
    """Fill the empty database; ids of a member of many groups and of few, and of a long thread."""
    rng = random.Random(7)
    call_command("migrate", verbosity=0)
    Company.objects.get_or_create(pk=1, defaults={"name": "Bench"})
    people = Person.objects.bulk_create(
        Person(email=f"p{n}@bench.test", display_name=f"Person {n}", password="!", joined_at=clock.now() - AGE)
        for n in range(PEOPLE)
    )
    common = Space.objects.create(type=SpaceType.COMMON, name="Bench")
    kinds = [SpaceType.HIDDEN] * HIDDEN + [SpaceType.CLOSED] * 60 + [SpaceType.OPEN] * (GROUPS - HIDDEN - 60)
    groups = Space.objects.bulk_create(Space(type=kind, name=f"Group {n}") for n, kind in enumerate(kinds))
    groups = list(Space.objects.filter(type__in=set(kinds)).order_by("pk"))
    everywhere, somewhere = people[0], people[1]
    memberships = [Membership(space=group, person=everywhere, role=Role.MANAGER) for group in groups]
    memberships.append(Membership(space=groups[-1], person=somewhere))
    for group in groups:
        memberships += [Membership(space=group, person=person) for person in rng.sample(people[2:], 40)]
    Membership.objects.bulk_create(memberships, batch_size=1000)
    topics = [Topic.objects.add_root({"label_en": f"Topic {n:02}", "label_fr": f"Sujet {n:02}"}) for n in range(TOPICS)]
    for person in (everywhere, somewhere):
        TopicFollow.objects.create(topic=topics[0], person=person)
    sources = [_text(rng) for _ in range(BODIES)]
    bodies = [(source, markdown.render(source)) for source in sources]
    long = _fill([common, *groups], people, topics, bodies, int(THREADS * scale), rng)
    return {
        "everywhere": everywhere.pk,
        "somewhere": somewhere.pk,
        "common": common.public_id,
        "group": groups[-1].public_id,
        "long": long.public_id,
    }


def _fill(spaces, people, topics, bodies, count: int, rng: random.Random) -> Thread:
    start = clock.now() - AGE
    step = AGE / (count + 1)
    tag = Tag.objects.create(name="m4")
    long = None
    for first in range(0, count, 1000):
        threads = []
        for number in range(first, min(first + 1000, count)):
            moment = start + step * number
            body = bodies[number % BODIES][1]
            author = rng.choice(people)
            threads.append(
                Thread(
                    space=rng.choice(spaces), author=author, last_author=author,
                    title=f"Thread {number} {body.text[:40]}",
                    kind=rng.choice((Kind.DISCUSSION, Kind.QUESTION, Kind.IDEA)), opened_at=moment, active_at=moment,
                    version=POSTS_A_THREAD, last_number=POSTS_A_THREAD, reply_count=POSTS_A_THREAD - 1,
                    excerpt=body.text[:300], topic=rng.choice(topics),
                )
            )  # fmt: skip
        with transaction.atomic():
            threads = Thread.objects.bulk_create(threads)
            Thread.tags.through.objects.bulk_create(
                Thread.tags.through(thread=thread, tag=tag) for thread in threads[::3]
            )
            posts = [
                _post(thread, number, rng.choice(people), rng.choice(bodies), thread.opened_at)
                for thread in threads
                for number in range(1, POSTS_A_THREAD + 1)
            ]
            Post.objects.bulk_create(posts, batch_size=2000)
        long = threads[0]
    with transaction.atomic():
        more = 5000 - POSTS_A_THREAD
        Post.objects.bulk_create(
            (
                _post(long, POSTS_A_THREAD + n, rng.choice(people), rng.choice(bodies), long.opened_at)
                for n in range(1, more + 1)
            ),
            batch_size=2000,
        )
        Thread.objects.filter(pk=long.pk).update(last_number=5000, reply_count=4999, version=5000, space=spaces[0])
    return long


def _post(thread, number, author, body, moment) -> Post:
    source, made = body
    return Post(
        thread=thread, number=number, author=author, source=source, html=made.html, text=made.text,
        posted_at=moment, version=number,
    )  # fmt: skip


if __name__ == "__main__":
    json.dump(make(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0), sys.stdout)
