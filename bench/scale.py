"""Pages, replies and searches of a server in a company that ``bench.load`` made, beside the bare ones of the same run.

    python -m bench.scale --keep FOLDER [--only pages|search|newer] [--explain QUERY]

Product and bare page take turns. CPU of the web process and of PostgreSQL's process are told apart. Three viewers: one
in 300 groups, one in 19, one in one; all three read 25,000 personal walls and every open group.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.clocks import Cost, side_by_side
from bench.load import MADE, company

STORE = 5.0
FREQUENT = 150.0


def ratio(name: str, product: Cost, bare: Cost, must: float | None = None) -> str:
    """One line: the ratio of CPU with PostgreSQL's, and that of the web process alone."""
    whole, web = product.cpu / bare.cpu, product.here / bare.here
    verdict = "" if must is None else f"  must {must:g}  {'ok' if whole <= must else 'MISSED'}"
    return (
        f"{name:40} {product.cpu:7.1f} ms ({product.here:6.1f} + {product.there:5.1f})  bare {bare.cpu:6.1f} "
        f"({bare.here:5.1f} + {bare.there:5.1f})  ratio {whole:5.2f}, web alone {web:5.2f}{verdict}"
    )


def people(made: dict):
    from people.models import Person

    return {name: Person.objects.get(pk=made[name]) for name in ("many", "some", "one")}


def pages(made: dict) -> Iterator[str]:
    """Feed, walls, a long thread, a reply."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench import bare
    from bench.pages import MUST, ROUNDS, WARM, Site
    from groups.models import Membership, SpaceType
    from intranet.wsgi import application
    from people.models import Person
    from walls.models import Thread

    bare.add_to_urls()
    viewers = people(made)
    sites = {name: Site(application, person) for name, person in viewers.items()}
    group = Membership.objects.filter(person=viewers["one"], space__type__in=(SpaceType.OPEN, SpaceType.CLOSED,
                                      SpaceType.HIDDEN)).latest("pk").space  # fmt: skip
    long = f"/threads/{made['long']}/"
    addresses = {
        "bare": ("one", "/bare/"),
        "feed, member of 300 groups": ("many", "/"),
        "feed, member of 19": ("some", "/"),
        "feed, member of 1": ("one", "/"),
        "everything, member of 300": ("many", "/?show=everything"),
        "wall of a group": ("one", f"/groups/{group.public_id}/"),
        "company wall": ("one", "/wall/"),
        "50 posts of a thread of 5,000": ("one", long),
    }
    seen = side_by_side({name: partial(sites[who].get, address) for name, (who, address) in addresses.items()})
    for name, cost in seen.items():
        if name != "bare":
            yield ratio(name, cost, seen["bare"], MUST["feed"])

    def queries(who: str, path: str) -> int:
        sites[who].get(path)
        with CaptureQueriesContext(connection) as asked:
            sites[who].get(path)
        return len(asked)

    yield f"{'queries of the feed, 300, 19 and 1':40} {[queries(who, '/') for who in sites]}"
    yield f"{'queries of the thread page':40} {queries('one', long)}"
    source = Thread.objects.get(public_id=made["long"]).posts.first().source
    others = Person.objects.employees().exclude(pk__in=[one.pk for one in viewers.values()])
    writers = [Site(application, person) for person in others.order_by("pk")[: ROUNDS + WARM]]
    for writer in writers:
        writer.get("/drafts/")
    writing = iter(writers)
    seen = side_by_side(
        {
            "bare": lambda: sites["one"].post("/bare/insert/", body=source),
            "reply": lambda: next(writing).post(
                f"{long}reply/", body=source, submission_key=secrets.token_urlsafe(24)
            ),
        },
        rounds=ROUNDS,
        warm=WARM,
    )  # fmt: skip
    yield ratio("reply, the whole request", seen["reply"], seen["bare"], MUST["reply"])


def asked() -> dict[str, str]:
    """What is searched, by what it shows."""
    from bench.search import choose
    from walls.models import Post

    # What ``newer`` adds holds no lot.
    newest = Post.objects.filter(text__contains=" Lot ").order_by("-pk").values_list("text", flat=True)
    sample = list(newest[:2000])
    own = sample[0].rpartition("Lot ")[2].rstrip(".").split()
    plain = [text.partition(" Lot ")[0] for text in sample]
    chosen = choose(plain)
    return {
        "rare word": own[0],
        **{f"{name}": text for name, text in chosen.items() if name != "rare word"},
        "typo of a rare word": own[1][:2] + own[1][3:],
        "word of half the posts": "lot",
        "frequent, newest first": chosen["frequent word (7 %)"],
    }


def search(made: dict, *, only: tuple[str, ...] = ()) -> Iterator[str]:
    """What engine and database take for each query (no row fetched), and the whole search, for each viewer."""
    from django.core.cache import cache

    from search import queries, suggestions
    from search.engines.deadline import Deadline
    from search.language import parse

    def store(viewer, query, order: str) -> None:
        queries.ask(viewer=viewer, query=query, deadline=Deadline(10), order=order)

    viewers, texts = people(made), asked()
    cache.clear()
    for name, text in texts.items():
        if only and name not in only:
            continue
        calls, query, order = {}, parse(text), "newest" if "newest" in name else "best"
        for who, viewer in viewers.items():
            calls[f"{who} store"] = partial(store, viewer, query, order)
            calls[f"{who} whole"] = partial(queries.search, viewer=viewer, query=query, order=order)
        seen = side_by_side(calls, rounds=9, warm=2)
        results = {who: queries.search(viewer=viewer, query=query, order=order) for who, viewer in viewers.items()}
        for who, found in results.items():
            asked_only, whole = seen[f"{who} store"], seen[f"{who} whole"]
            must = STORE if found.total <= 200 else FREQUENT
            verdict = "ok" if asked_only.cpu <= must else "MISSED"
            verdict += " CUT OFF" if found.is_cut_off else " NEWEST ONLY" if found.is_partial else ""
            yield (
                f"{name:24} {who:5} {found.total:6} threads  store {asked_only.cpu:6.1f} ms ({asked_only.here:5.1f} + "
                f"{asked_only.there:6.1f})  whole {whole.cpu:6.1f}, wall {whole.wall:6.1f}  must {must:g} {verdict}"
            )
    if not only:
        words = texts["medium word"][:4]
        seen = side_by_side({who: (lambda v=viewer: suggestions.suggest(viewer=v, query=parse(words)))
                             for who, viewer in viewers.items()})  # fmt: skip
        for who, cost in seen.items():
            yield f"{'palette suggestions':24} {who:5} {cost.cpu:6.1f} ms ({cost.here:5.1f} + {cost.there:6.1f})"


def search_pages(made: dict) -> Iterator[str]:
    """The search page beside the bare one."""
    from django.core.cache import cache
    from django.urls import clear_url_caches, path

    from bench.pages import Site
    from bench.search_page import MUST, bare
    from intranet import urls
    from intranet.wsgi import application

    urls.urlpatterns[:0] = [path("bare-search/", bare)]
    clear_url_caches()
    viewers, texts = people(made), asked()
    for name in ("rare word", "medium word", "two words", "frequent word (7 %)"):
        for who in ("some", "many"):
            site = Site(application, viewers[who])

            def get(where: str, text: str = texts[name], who: str = who, site: Site = site) -> None:
                cache.delete(f"search:search:{viewers[who].pk}")
                site.get(f"{where}?q={text.replace(' ', '+')}")

            seen = side_by_side({where: (lambda w=where: get(w)) for where in ("/bare-search/", "/search/")}, rounds=11)
            yield ratio(f"search page, {name}, {who}", seen["/search/"], seen["/bare-search/"], MUST)


def sizes() -> str:
    """Megabytes of tables with their indexes, and of this process."""
    from django.db import connection

    tables = ("search_row", "search_word", "walls_post", "walls_thread")
    with connection.cursor() as cursor:
        cursor.execute("SELECT x, pg_table_size(x::regclass), pg_indexes_size(x::regclass) FROM unnest(%s) x",
                       [list(tables)])  # fmt: skip
        told = "; ".join(f"{name} {rows / 1e6:,.0f} + {index / 1e6:,.0f} MB" for name, rows, index in cursor.fetchall())
    memory = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return f"{told}; this process {int(memory.split()[1]) // 1024} MiB"


def newer(made: dict) -> Iterator[str]:
    """10,000 newer posts that hold none of the words, then the same searches again."""
    from django.db import connection

    from bench.search import add_newer
    from search import queries
    from walls.models import Thread

    if not Thread.objects.filter(title="Newer").exists():
        add_newer(people(made)["one"], queries.backend())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE search_row; ANALYZE walls_post")
    yield from search(made, only=("rare word", "medium word", "frequent word (7 %)", "frequent, newest first"))


PARTS = {"pages": pages, "search": search, "search-pages": search_pages, "newer": newer}


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.scale")
    options.add_argument("--keep", type=Path, required=True, metavar="FOLDER")
    options.add_argument("--only", choices=list(PARTS), default=None)
    chosen = options.parse_args()
    if not (chosen.keep / MADE).exists():
        sys.exit(f"{chosen.keep} holds no company: python -m bench.load --keep {chosen.keep} makes one.")
    made = json.loads((chosen.keep / MADE).read_text())
    with company(chosen.keep):
        print(f"{made['posts']:,} posts; {sizes()}", flush=True)
        for part in [chosen.only] if chosen.only else PARTS:
            for told in PARTS[part](made):
                print(told, flush=True)


if __name__ == "__main__":
    main()
