"""The gold set: what must be found, by phenomenon. Knows no engine; every engine has to pass it."""

from __future__ import annotations

import sys
from collections import defaultdict

import pytest

from search import queries
from search.language import parse
from tests.search.gold import GoldQuery, make_company
from tests.search.gold import queries as gold_queries

LEAST_RECALL = 1.0
"""Of the queries that are not marked as expected to fail."""


def ask(company, gold: GoldQuery):
    """The answer in the keys of the gold files: threads in order with the post shown, people, groups, topics."""
    results = queries.search(viewer=company.viewer, query=parse(gold.text))
    names = {thread.pk: key for key, thread in company.threads.items()}
    threads = [(names[hit.row.thread_id], hit.row.number) for hit in results.hits]
    signs = {"person": ("@", company.people), "group": ("#", company.spaces), "topic": ("~", company.topics)}
    beside = set()
    for block in results.beside:
        sign, rows = signs[block.name]
        keys = {row.pk: key for key, row in rows.items()}
        beside |= {sign + keys[row.pk] for row in block.rows if row.pk in keys}
    return results, threads, beside


def faults(company, gold: GoldQuery) -> list[str]:
    """What is wrong with the answer, in words; nothing when it is right."""
    results, threads, beside = ask(company, gold)
    found = {key for key, _ in threads} | {f"{key}.{number}" for key, number in threads} | beside
    wrong = [f"misses {key}" for key in gold.wanted if key not in found]
    wrong += [f"finds {key}" for key in gold.unwanted if key in found]
    if gold.first and (not threads or threads[0][0] != gold.first):
        wrong.append(f"first is {threads[0][0] if threads else 'nothing'}, not {gold.first}")
    wanted = {key.split(".")[0] for key in gold.wanted}
    if (gold.is_exact or (not gold.wanted and not gold.unwanted)) and {key for key, _ in threads} != wanted:
        wrong.append(f"finds {sorted({key for key, _ in threads} - wanted)} too")
    if results.total != len({key for key, _ in threads}) and results.total <= queries.PAGE_SIZE:
        wrong.append(f"counts {results.total}")
    return wrong


@pytest.mark.django_db
def test_the_gold_set_is_found(index, capsys):
    company = make_company()
    index()
    right, asked, known, surprises, failures = defaultdict(int), defaultdict(int), [], [], []
    for gold in gold_queries():
        wrong = faults(company, gold)
        asked[gold.phenomenon] += 1
        right[gold.phenomenon] += not wrong
        if gold.fails_because:
            (known if wrong else surprises).append(f"{gold.text}: {gold.fails_because}")
        elif wrong:
            failures.append(f"{gold.phenomenon}: {gold.text} {'; '.join(wrong)}")
    with capsys.disabled():
        report = ["", "", "gold set: queries answered right, by phenomenon"]
        report += [f"  {phenomenon:36} {right[phenomenon]:3} of {number:3}" for phenomenon, number in asked.items()]
        report += [f"  {'all':36} {sum(right.values()):3} of {sum(asked.values()):3}"]
        report += [f"  expected to miss and missed: {len(known)}; found all the same: {len(surprises)}"]
        report += [f"  surprise: {line}" for line in surprises]
        sys.stdout.write("\n".join(report) + "\n")
    assert not failures, "\n".join(failures)


def test_the_gold_set_keeps_its_size():
    """SECURITY of the measure: queries are added or marked, never dropped."""
    found = gold_queries()
    assert len(found) >= 245
    assert sum(1 for gold in found if gold.fails_because) >= 15
