"""Few rows are counted in this process, many by PostgreSQL: both tell the same."""

from __future__ import annotations

import pytest

from groups.models import Label
from search import queries, sql
from search.engines.deadline import Deadline
from search.language import parse
from tests.search.profiles import server
from tests.search.writing import write_post, write_thread

ASKED = [
    "zebra", "zebra okapi", "okap*", "okapo", "tapir -zebra", "zebra kind:question", "zebra kind:idea status:open",
    "zebra after:2020", "okapi kind:question after:2020 in:open", "zebra OR soup", '"zebra okapi"', "nowhere",
    "zebra label:shared",
]  # fmt: skip


@server
def test_few_and_many_are_counted_grouped_and_ordered_alike(cast, index, monkeypatch):
    """Red when one of the two orders, pages, narrows or counts otherwise."""
    for number in range(24):
        space = list(cast.spaces.values())[number % 3]
        thread = write_thread(
            space=space, author=cast.member, title=f"Zebra {number}", source="Okapi tapir." * (number % 4),
            kind=("question", "idea", "discussion")[number % 3], label=Label.INTERNAL,
        )  # fmt: skip
        for reply in range(number % 5):
            write_post(thread=thread, author=cast.manager, source=f"Zebra okapi {'zebra ' * reply}.")
    index()
    told: dict[int, list] = {}
    for few in (10_000, -1):
        monkeypatch.setattr(sql, "FEW_ROWS", few)
        told[few] = [
            queries.ask(viewer=viewer, query=parse(text), deadline=Deadline(20), order=order, number=number)[2]
            for text in ASKED
            for viewer in (cast.member, cast.outsider, cast.guest)
            for order in queries.ORDERS
            for number in (1, 2)
        ]
    assert told[10_000] == told[-1]
    assert any(len(one.hits) > 10 and one.facets["kind"] for one in told[-1])


@server
@pytest.mark.django_db(transaction=True)
def test_one_way_to_and_fro_leaves_nothing_set_and_stops_in_time(emptied):
    """Outside of a transaction the limits and the statement are sent together."""
    from django.db import connection

    from search.engines.deadline import TimeUp

    with connection.cursor() as cursor:
        assert sql.rows_of("SELECT %s::int", [7], Deadline(5)) == [(7,)]
        assert sql.rows_of("SHOW jit", [], Deadline(5)) == [("off",)]
        with pytest.raises(TimeUp):
            sql.rows_of("SELECT pg_sleep(5)", [], Deadline(0.3))
        for name in ("statement_timeout", "random_page_cost"):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone()[0] in ("0", "4")
