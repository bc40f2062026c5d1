"""Questions of several searches, asked together: what people, groups and topics are asked goes to and fro once.

A search that has to know something first is a generator: it yields a :class:`Question` and is sent the answer. Those
that are asked together wait for each other after each question, and their statements are joined.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from django.db import connection

from search import sql
from search.engines.deadline import Deadline

Result = TypeVar("Result")


class Question(NamedTuple):
    """A statement whose rows are a text and a whole number each, in no order, with its parameters."""

    statement: str
    parameters: list[Any]


Answer = list[tuple[str, int]]
Asking = Generator[Question, Answer, Result]


def ask_together(searches: Sequence[Asking[Result]], deadline: Deadline) -> list[Result]:
    """What each of ``searches`` comes to. Raises TimeUp."""
    results: dict[int, Result] = {}

    def go_on(answers: Mapping[int, Answer | None]) -> dict[int, Question]:
        questions = {}
        for number, answer in answers.items():
            try:
                questions[number] = searches[number].send(answer)  # type: ignore[arg-type]  # None begins
            except StopIteration as ended:
                results[number] = ended.value
        return questions

    questions = go_on(dict.fromkeys(range(len(searches))))
    if questions:
        with only_indexes(deadline):
            while questions:
                deadline.check()
                questions = go_on(_answers(questions))
    return [results[number] for number in range(len(searches))]


def _answers(questions: Mapping[int, Question]) -> dict[int, Answer]:
    answers: dict[int, Answer] = {number: [] for number in questions}
    statement = " UNION ALL ".join(
        f"SELECT {number}, q.text, q.number FROM ({one.statement}) q (text, number)"  # noqa: S608 - statements are ours
        for number, one in questions.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for one in questions.values() for value in one.parameters])
        for number, text, count in cursor.fetchall():
            answers[number].append((text, count))
    return answers


@contextlib.contextmanager
def only_indexes(deadline: Deadline) -> Iterator[None]:
    """One short transaction for several statements, in which only indexes are used."""
    is_nested = connection.in_atomic_block
    with sql.time_limit(deadline), connection.cursor() as cursor:
        cursor.execute(sql.NO_WALK)
        yield
        if is_nested:
            cursor.execute(sql.WALK)
