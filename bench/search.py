"""Search: how fast posts are indexed and found, and what the page costs beside a bare query.

    python -m bench.search [--posts 20000] [--real FOLDER] [--keep FOLDER]

Makes a company of its own in a temporary folder, or in the one of ``--keep``, to be used again the next time; with
``DATABASE_URL`` and ``REDIS_URL`` set, in that database (empty, or filled by this tool; its server on this machine, so
that its CPU counts): 1,000 people, 200 groups of which 40 hidden, and posts of 15 to 70 words, 60 % French, drawn after
Zipf from 30,000 words a language (or, with ``--real``, the messages of an archive as docs/imports.md describes it).
"Bare" is the least search page on the same index: bench/search_page.py. CPU times and ratios are what counts.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import gzip
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.clocks import database_seconds, measured

say = sys.stdout.write


def set_up(folder: str) -> None:
    os.environ["PARVIS_DATA"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def words(seed: int, size: int) -> list[str]:
    """Invented words with French and English endings, so that the stemmers have work."""
    source = random.Random(seed)
    endings = ["", "s", "er", "ation", "ations", "ing", "ed", "ement", "é", "ées", "eur", "iers", "able", "ité"]
    syllables = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "ou", "an", "é")]
    return ["".join(source.choices(syllables, k=source.randint(1, 3))) + source.choice(endings) for _ in range(size)]


def texts(posts: int, real: str | None):
    """``posts`` plain texts."""
    if real:
        tags = re.compile(r"<[^>]+>")
        for path in sorted(Path(real).glob("messages/*.jsonl.gz")):
            with gzip.open(path) as lines:
                for line in lines:
                    if posts <= 0:
                        return
                    posts -= 1
                    yield tags.sub(" ", json.loads(line)["content_html"])[:50_000]
        return
    source = random.Random(7)
    vocabularies = [words(1, 30_000), words(2, 30_000)]
    weights = [1 / (rank + 2.7) for rank in range(30_000)]
    cumulated = [0.0]
    for weight in weights:
        cumulated.append(cumulated[-1] + weight)
    for _ in range(posts):
        vocabulary = vocabularies[source.random() < 0.4]
        yield " ".join(source.choices(vocabulary, cum_weights=cumulated[1:], k=source.randint(15, 70)))


def fill(posts: int, real: str | None):
    """The company; its viewer is in 19 of the groups."""
    from django.db import transaction

    from groups import services as groups
    from groups.models import Membership, Space, SpaceType
    from people.models import Person
    from walls.models import Post, Thread

    source = random.Random(3)
    groups.make_common_space(name="Bench")
    people = [Person(email=f"p{n}@example.test", display_name=f"Person {n}") for n in range(1000)]
    Person.objects.bulk_create(people)
    types = [SpaceType.HIDDEN] * 40 + [SpaceType.CLOSED] * 60 + [SpaceType.OPEN] * 100
    Space.objects.bulk_create(Space(type=kind, name=f"Group {n}") for n, kind in enumerate(types))
    spaces = list(Space.objects.groups())
    viewer = people[0]
    Membership.objects.bulk_create(Membership(space=space, person=viewer) for space in source.sample(spaces, 19))
    spaces.append(Space.objects.get(type=SpaceType.COMMON))
    began = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    thread, rows, number = None, [], 0
    with transaction.atomic():
        for count, text in enumerate(texts(posts, real)):
            moment = began + dt.timedelta(minutes=count * 5)
            author = source.choice(people)
            if thread is None or number >= 10:
                number = 0
                thread = Thread.objects.create(
                    space=source.choice(spaces), author=author, last_author=author, title=text[:60], opened_at=moment,
                    active_at=moment, last_number=10, kind=source.choice(["discussion", "question", "idea"]),
                )  # fmt: skip
            number += 1
            rows.append(
                Post(thread=thread, number=number, author=author, source="", html="", text=text, posted_at=moment)
            )
            if len(rows) >= 1000:
                Post.objects.bulk_create(rows)
                rows = []
        Post.objects.bulk_create(rows)
    return viewer


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--posts", type=int, default=20_000)
    options.add_argument("--real", default=None)
    options.add_argument("--keep", default=None)
    chosen = options.parse_args()
    if chosen.keep:
        Path(chosen.keep).mkdir(parents=True, exist_ok=True)
    with contextlib.nullcontext(chosen.keep) if chosen.keep else tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        run(chosen.posts, chosen.real)


def index(backend, posts: int) -> None:
    cpu, wall = time.process_time() + database_seconds(), time.perf_counter()
    done = backend.rebuild()
    cpu, wall = time.process_time() + database_seconds() - cpu, time.perf_counter() - wall
    say(
        f"indexed {done} rows: {cpu:.1f} s CPU, {wall:.1f} s; {posts / cpu:.0f} posts per CPU second; "
        f"{size(backend):.0f} MB\n"
    )


def size(backend) -> float:
    """Megabytes of the index."""
    from django.db import connection

    if hasattr(backend, "store"):
        return sum(path.stat().st_size for path in backend.store.current().folder.iterdir()) / 1e6
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('search_row') + pg_total_relation_size('search_word')")
        return cursor.fetchone()[0] / 1e6


def is_indexed(backend) -> bool:
    """True where another run has left an index of this company."""
    from django.db import connection

    if hasattr(backend, "store"):
        return (backend.store.root / "current").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM search_row WHERE label = 'walls.post')")
        return cursor.fetchone()[0]


def write_one(backend, key: int) -> None:
    """What one changed post costs the index, with its commit."""
    from django.db import transaction

    from kit.facts import HeardFact
    from search import hearing
    from walls.models import Post

    thread = Post.objects.get(pk=key).thread_id
    fact = HeardFact(0, "post.edited", {"post": key, "thread": thread}, dt.datetime.now(dt.UTC))
    if hasattr(backend, "writer"):
        backend.writer.hear_now(fact)
        return
    # So that there is something to write: what has not changed is left as it is.
    Post.objects.filter(pk=key).update(text=f"{random.random()} {Post.objects.get(pk=key).text}"[:1000])
    with transaction.atomic():
        hearing.write_within(fact)


def choose(sample: list[str]) -> dict[str, str]:
    """What is asked, by what it shows: words by how many of ``sample`` hold them."""
    counts = Counter(word for text in sample for word in set(re.findall(r"[^\W\d_]{4,}", text.lower())))
    ranked = sorted((word for word in counts if counts[word] > 1), key=lambda word: (-counts[word], word))
    frequent = next(word for word in ranked if counts[word] <= len(sample) * 0.07)
    medium, rare = ranked[len(ranked) // 4], ranked[-5]
    return {
        "frequent word (7 %)": frequent,
        "medium word": medium,
        "rare word": rare,
        "two words": " ".join(re.findall(r"[^\W\d_]{4,}", sample[17])[:2]),
        "phrase": '"' + " ".join(sample[40].split()[2:4]).replace('"', "") + '"',
        "typo": rare[:2] + rare[3:] if len(rare) > 5 else medium[:-2] + "zz" + medium[-1:],
        "prefix": frequent[:4] + "*",
        "word and operators": f"{medium} kind:question after:2020-02",
        "operators only": "kind:question",
        "minus": f"{frequent} -{medium}",
    }


def add_newer(viewer, backend, count: int = 10_000) -> None:
    """So many newer posts, in a space of the viewer's, that hold none of the words asked for."""
    from groups.models import Space, SpaceType
    from kit import clock
    from walls.models import Post, Thread

    now = clock.now()
    thread = Thread.objects.create(
        space=Space.objects.get(type=SpaceType.COMMON), author=viewer, last_author=viewer, title="Newer", opened_at=now,
        active_at=now, last_number=count,
    )  # fmt: skip
    Post.objects.bulk_create(
        (
            Post(thread=thread, number=n + 1, author=viewer, source="", html="", text=f"xq{n % 97} wy{n % 89}",
                 posted_at=now) for n in range(count)
        ),
        batch_size=1000,
    )  # fmt: skip
    from search.findables import findable

    rows = list(thread.posts.select_related("thread", "author").order_by("pk"))
    for first in range(0, count, 400):
        backend.update(findable("thread").index, rows[first : first + 400])


def run(posts: int, real: str | None) -> None:
    from haystack import connections

    from bench.search_page import lines
    from intranet.wsgi import application
    from people.models import Person
    from search import queries, suggestions
    from search.engines.deadline import Deadline
    from search.language import parse
    from walls.models import Post

    viewer = Person.objects.filter(email="p0@example.test").first() or fill(posts, real)
    backend = connections["default"].get_backend()
    if not is_indexed(backend):
        index(backend, posts)
    asked = choose(list(Post.objects.order_by("pk").values_list("text", flat=True)[:2000]))

    def ask(text: str, *, is_cold: bool = False):
        if is_cold and hasattr(backend, "store"):
            for segment in backend.store.current().part("walls.post").segments():
                segment.results.clear()
                segment._postings.clear()
        return queries.search(viewer=viewer, query=parse(text))

    def tell(name: str, text: str) -> None:
        results = ask(text)
        cold, cold_cpu = measured(lambda text=text: ask(text, is_cold=True), 5)
        warm, warm_cpu = measured(lambda text=text: ask(text))
        cut = " CUT OFF" if results.is_cut_off else ""
        _, store_cpu = measured(
            lambda: queries.ask(viewer=viewer, query=parse(text), deadline=Deadline(10)),
        )
        say(
            f"{name:22} {results.total:6} threads  first {cold:6.1f} ms ({cold_cpu:6.1f} CPU)  again {warm:6.1f} ms "
            f"({warm_cpu:6.1f} CPU, of which the store {store_cpu:5.1f}){cut}\n"
        )

    for name, text in asked.items():
        tell(name, text)
    wall_ms, cpu_ms = measured(lambda: suggestions.suggest(viewer=viewer, query=parse(asked["medium word"][:4])))
    say(f"{'palette suggestions':22} {wall_ms:.1f} ms ({cpu_ms:.1f} CPU)\n")
    for told in lines(application, viewer, {name: asked[name] for name in ("rare word", "medium word", "two words")}):
        say(told + "\n")
    if Post.objects.filter(thread__title="Newer").exists():
        return
    key = Post.objects.order_by("pk").values_list("pk", flat=True)[posts // 2]
    wall_ms, cpu_ms = measured(lambda: write_one(backend, key), 12)
    say(f"{'one post written anew':22} {wall_ms:.1f} ms ({cpu_ms:.1f} CPU)\n")
    add_newer(viewer, backend)
    say("after 10,000 newer posts that do not match:\n")
    for name in ("frequent word (7 %)", "medium word", "rare word"):
        tell(name, asked[name])


if __name__ == "__main__":
    main()
