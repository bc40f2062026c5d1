"""The statements that count and page what was found, for :mod:`search.sql`."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from search.counting import Wanted

GROUP_ROWS = {"best": "weight DESC, r_moment DESC, r_pk DESC", "newest": "r_moment DESC, weight DESC, r_pk DESC"}
PAGE_ROWS = {"best": "weight DESC, r_activity DESC, r_tie", "newest": "r_moment DESC, r_tie"}


_TRUE = {"sqlite": "1", "postgresql": "true"}


# S608: every piece below is our own constant or the compiler's SQL; what people typed is in the parameters.
def columns(wanted: Wanted) -> list[str]:
    """The columns of ``sql.annotated`` rows, and their weight."""
    flags = [
        f"f_{name}{value and '_' + value}"
        for name, what in wanted.facets.items()
        for value in ([""] if isinstance(what, str) else what)
    ]
    asked = [f"c_{index}" for index in range(len(wanted.chosen))]
    return ["r_pk", "r_group", "r_moment", "r_activity", "r_tie", *asked, *flags, "weight"]


def few(base: str, found: str, columns: Sequence[str], most: int) -> str:
    """PostgreSQL's statement that fetches what was found, and in a last row how much that is, ``most`` at most.

    The parameters of ``found`` come first. PERF: as the rows are cut before they are joined, PostgreSQL knows that they
    are few and looks the others up by their keys; it takes a rare word for thousands of rows.
    """
    shown = ", ".join(f"b.{name}" for name in columns[:-1])
    nothing = ", ".join(["NULL"] * (len(columns) - 1))
    return (
        f"WITH hits AS MATERIALIZED (SELECT * FROM ({found}) all_hits LIMIT {int(most)}) "  # noqa: S608
        f"SELECT {shown}, hits.weight FROM hits JOIN ({base}) b ON b.r_pk = hits.pk "
        f"UNION ALL SELECT {nothing}, COUNT(*) FROM hits"
    )


def newest(base: str, columns: Sequence[str], most: int) -> str:
    """The statement that fetches ``most`` rows of ``base``, those written last; where no words are asked."""
    shown = ", ".join(columns[:-1])
    return f"SELECT {shown}, 0.0 AS weight FROM ({base}) b ORDER BY r_pk DESC LIMIT {int(most)}"  # noqa: S608


def windowed(base: str, found: str, wanted: Wanted) -> str:
    """The statement that takes rows as they are: each part looks at all of them.

    ``found``: "" where no words are asked; its parameters come first.
    """

    def where(without: str = "") -> str:
        true = _TRUE[connection.vendor]
        kept = [f"c_{index} = {true}" for index, name in enumerate(wanted.chosen) if name != without]
        return " WHERE " + " AND ".join(kept) if kept else ""

    with_weights = ""
    scored = "SELECT base.*, 0.0 AS weight FROM base"
    if found:
        with_weights = f"hits AS ({found}), "
        base = f"SELECT b.* FROM ({base}) b WHERE b.r_pk IN (SELECT pk FROM hits)"  # noqa: S608
        scored = "SELECT base.*, hits.weight AS weight FROM base JOIN hits ON hits.pk = base.r_pk"
    parts = [
        f"SELECT 'hit' AS part, CAST(r_pk AS text) AS value, matching AS number, weight, place FROM ("  # noqa: S608
        f"SELECT r_pk, matching, weight, ROW_NUMBER() OVER (ORDER BY {PAGE_ROWS[wanted.order]}) AS place FROM ("
        f"SELECT r_pk, r_moment, r_activity, r_tie, weight, "
        f"ROW_NUMBER() OVER (PARTITION BY r_group ORDER BY {GROUP_ROWS[wanted.order]}) AS nth, "
        f"COUNT(*) OVER (PARTITION BY r_group) AS matching FROM scored{where()}) grouped WHERE nth = 1) placed "
        f"WHERE place > {int(wanted.first)} AND place <= {int(wanted.first + wanted.size)}",
        f"SELECT 'total', '', COUNT(DISTINCT r_group), 0.0, 0 FROM scored{where()}",  # noqa: S608
    ]
    for name, what in wanted.facets.items():
        if isinstance(what, str):
            parts.append(
                f"SELECT 'facet:{name}', CAST(f_{name} AS text), COUNT(DISTINCT r_group), 0.0, 0 "  # noqa: S608
                f"FROM scored{where(name)} GROUP BY f_{name}"
            )
            continue
        for value in what:
            narrowing = where(name)
            flag = f"f_{name}_{value} = {_TRUE[connection.vendor]}"
            narrowing += f" AND {flag}" if narrowing else f" WHERE {flag}"
            parts.append(f"SELECT 'facet:{name}', '{value}', COUNT(DISTINCT r_group), 0.0, 0 FROM scored{narrowing}")  # noqa: S608
    return f"WITH {with_weights}base AS ({base}), scored AS ({scored}) " + " UNION ALL ".join(parts)


def grouped(scored: str, wanted: Wanted) -> str:
    """PostgreSQL's statement for many rows: one pass over them gives a row for each thread, which the parts look at.

    Where a facet is a column, it is one of the thread (``sql.annotated`` sees to it).
    """

    def met(without: str = "") -> str:
        return " AND ".join(f"c_{index}" for index, name in enumerate(wanted.chosen) if name != without) or "true"

    moment = "EXTRACT(epoch FROM r_moment)::float8"
    best = f"weight, {moment}" if wanted.order == "best" else f"{moment}, weight"
    columns = [
        "r_group",
        "r_activity",
        "r_tie",
        *(f"f_{name}" for name, what in wanted.facets.items() if isinstance(what, str)),
    ]
    flags = [
        f"bool_or(({met(name)}){f' AND f_{name}_{value}' if value else ''}) AS g_{name}_{value}"
        for name, what in wanted.facets.items()
        for value in ([""] if isinstance(what, str) else what)
    ]
    numbers = [
        f"max(ARRAY[{best}, r_pk::float8]) FILTER (WHERE {met()}) AS best",
        f"COUNT(*) FILTER (WHERE {met()}) AS matching",
        *flags,
    ]
    weight, moment = ("best[1]", "best[2]") if wanted.order == "best" else ("best[2]", "best[1]")
    page = f"{weight} DESC, r_activity DESC, r_tie" if wanted.order == "best" else f"{moment} DESC, r_tie"
    parts = [
        f"(SELECT 'hit' AS part, best[3]::bigint::text AS value, matching AS number, {weight} AS weight, "  # noqa: S608
        f"ROW_NUMBER() OVER (ORDER BY {page}) AS place FROM grouped WHERE matching > 0 "
        f"ORDER BY {page} LIMIT {int(wanted.size)} OFFSET {int(wanted.first)})",
        "SELECT 'total', '', COUNT(*), 0.0, 0 FROM grouped WHERE matching > 0",
    ]
    for name, what in wanted.facets.items():
        if isinstance(what, str):
            parts.append(
                f"SELECT 'facet:{name}', f_{name}::text, COUNT(*), 0.0, 0 "  # noqa: S608
                f"FROM grouped WHERE g_{name}_ GROUP BY f_{name}"
            )
        else:
            parts += [
                f"SELECT 'facet:{name}', '{value}', COUNT(*), 0.0, 0 FROM grouped WHERE g_{name}_{value}"  # noqa: S608
                for value in what
            ]
    grouped = f"SELECT {', '.join(columns + numbers)} FROM scored GROUP BY {', '.join(columns)}"  # noqa: S608
    return f"WITH scored AS ({scored}), grouped AS ({grouped}) " + " UNION ALL ".join(parts)
