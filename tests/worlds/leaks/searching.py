"""Mistakes of search: counts, facets, order, suggestions, words, cost."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from django.db.models import Count, Q

from people.models import Person
from search import queries as search
from search import spelling, suggestions
from search.language import Word, parse
from search.spelling import Proposal
from tests.worlds.addresses import Known
from tests.worlds.company import message
from tests.worlds.leaks.planting import instead, leak, look
from tests.worlds.recording import Answer
from tests.worlds.world import World
from topics import queries as topics
from topics.models import Tag
from walls import feeds, search_indexes
from walls.models import Post, Thread
from walls.views import compose, threads

Mistake = AbstractContextManager[Any]


def _holding(query: Any) -> Any:
    """Posts of anybody that hold every word of ``query``."""
    rows = Post.objects.filter(deleted_at=None)
    for word in _words(query):
        rows = rows.filter(Q(text__icontains=word) | Q(thread__title__icontains=word))
    return rows


def _words(query: Any) -> list[str]:
    return [term.written for term in query.terms if isinstance(term, Word) and not term.is_negated]


def _changed(change: Any) -> Mistake:
    """Search with ``change`` made to what was found."""

    def make(real: Any) -> Any:
        def found(*, viewer: Any, query: Any, **more: Any) -> Any:
            results = real(viewer=viewer, query=query, **more)
            change(results, query)
            return results

        return found

    return instead(search, "search", make)


@leak("search: count", look("/search/?q=porosity"))
def the_count_is_of_all_posts() -> Mistake:
    def change(results: Any, query: Any) -> None:
        results.total = _holding(query).values("thread").distinct().count()

    return _changed(change)


@leak("search: load more", look("/search/?q=mould"))
def more_is_offered_when_there_are_more_for_others() -> Mistake:
    def change(results: Any, query: Any) -> None:
        results.total += 30 * (_holding(query).count() - results.total)

    return _changed(change)


@leak("search: facets", look("/search/?q=porosity"))
def facets_count_all_documents() -> Mistake:
    def change(results: Any, query: Any) -> None:
        everywhere = _holding(query)
        for name, column in (("kind", "thread__kind"), ("status", "thread__status")):
            if name in results.facets:
                counts = results.facets[name]
                for value in list(counts):
                    counts[value] = everywhere.filter(**{column: value}).count()

    return _changed(change)


@leak("search: order of public hits", look("/search/?q=casting+OR+gantry+OR+mould+OR+aluminium"))
def the_order_follows_how_rare_a_word_is_everywhere() -> Mistake:
    def change(results: Any, query: Any) -> None:
        everywhere = Post.objects.filter(text__icontains="mould").count()
        if results.hits:
            turn = everywhere % len(results.hits)
            results.hits = results.hits[turn:] + results.hits[:turn]

    return _changed(change)


@leak("search: hits of a stale index", look("/search/?q=zirconium"))
def hits_are_shown_as_the_index_has_them() -> Mistake:
    def change(results: Any, query: Any) -> None:
        if not results.total:
            results.total = _holding(query).count()

    return _changed(change)


@leak("search: suggestions", look("/search/suggest/?q=offer"))
def suggestions_are_kept_for_whoever_comes_next() -> Mistake:
    def make(real: Any) -> Any:
        return lambda *, viewer, query: real(viewer=Person.objects.get(display_name="Hugo Hidden"), query=query)

    return instead(suggestions, "suggest", make)


@leak("search: opened last", look("/search/suggest/?visited=/groups/{hidden_space}/&visited=/threads/{hidden_thread}/"))
def what_was_opened_last_is_named_unasked() -> Mistake:
    def make(real: Any) -> Any:
        return lambda *, viewer, addresses: real(
            viewer=Person.objects.get(display_name="Hugo Hidden"), addresses=addresses
        )

    return instead(suggestions, "standing_at", make)


@leak("search: did you mean", look("/search/?q=zirconum"))
def a_slip_is_mended_with_words_of_everybody() -> Mistake:
    def make(real: Any) -> Any:
        def better(*, viewer: Any, query: Any) -> Any:
            near = [word for text in Post.objects.values_list("text", flat=True) for word in text.split()]
            wanted = _words(query)[0][:5]
            found = next((word for word in near if word.startswith(wanted)), "")
            return Proposal(parse(found.strip(".,")), 1) if found else real(viewer=viewer, query=query)

        return better

    return instead(spelling, "did_you_mean", make)


@leak("search: did you mean, at a cost", look("/search/?q=zirconum"))
def words_of_everybody_are_fetched_to_mend_a_slip() -> Mistake:
    """The mistake that the two worlds found in the product, on PostgreSQL."""

    def make(real: Any) -> Any:
        def better(*, viewer: Any, query: Any) -> Any:
            list(Post.objects.filter(text__icontains=_words(query)[0][:5]).values_list("text"))
            return real(viewer=viewer, query=query)

        return better

    return instead(spelling, "did_you_mean", make)


@leak("search: tag, at a cost", look("/search/?q=tag:zirconium"))
def a_tag_is_looked_for_among_those_of_everybody() -> Mistake:
    """The mistake that the two worlds found in the product."""
    return instead(search_indexes, "tags_known_to", lambda real: lambda viewer: [(tag, 1) for tag in Tag.objects.all()])


@leak("search: tag clouds", look("/tags/zirconium/"))
def a_tag_page_opens_for_every_word_in_use() -> Mistake:
    return instead(
        topics, "tag_counts_for", lambda real: lambda viewer: dict.fromkeys(Tag.objects.values_list("pk", flat=True), 1)
    )


def _tags_anew(world: World, known: Known) -> list[Answer]:
    """A public thread takes a tag that is used in private already, behind one that is used by nobody yet."""
    sent = message(world, ["open"], "Gloves", "Which ones for hot parts?", tags="alloy, zirconium")
    world.act("hanna", "/threads/new/", sent, called="gloves")
    return [world.look("emil", f"/threads/{world.things['gloves']}/")]


@leak("search: order of tags", _tags_anew, stays=True)
def tags_stand_in_the_order_of_their_first_use() -> Mistake:
    """The mistake that the two worlds found in the product."""
    return instead(Tag._meta, "ordering", lambda real: ("pk",))


@leak("search: tag clouds", look("/admin/tags/", who="ada"))
def the_list_of_tags_counts_everywhere() -> Mistake:
    return instead(
        topics, "tag_counts_for", lambda real: lambda viewer: dict.fromkeys(Tag.objects.values_list("pk", flat=True), 1)
    )


@leak("search: counts of topics", look("/topics/"))
def topics_count_all_threads() -> Mistake:
    def make(real: Any) -> Any:
        def counts(viewer: Any, column: str) -> dict[int, int]:
            rows = Thread.objects.exclude(**{column: None}).order_by().values_list(column)
            return dict(rows.annotate(number=Count("pk")))

        return counts

    return instead(feeds, "_count_by", make)


@leak("objects: back-links", look("/threads/{question}/similar/"))
def close_to_this_shows_threads_of_everybody() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer, text, **more: list(Thread.objects.filter(title__icontains="porosity").order_by("pk"))

    return instead(threads, "similar_threads", make)


@leak("search: already asked", look("/compose/similar/?title=porosity+mould"))
def already_asked_counts_threads_of_everybody() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer, text, **more: list(Thread.objects.filter(title__icontains="porosity").order_by("pk"))

    return instead(compose, "similar_threads", make)
