"""The promises R1 to R7, asked of a ledger and a store. Pure: a planted fault is found like a real one.

What each rule means here is the docstring of its function; docs/reliability.md says the same in more words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.rounds.ledger import Ledger, Press, Stored, StoredPost

#: seconds after which a fact must have been heard: a lease of 30 s, a sweep of 5 s, back-off and a busy machine
FACTS_HEARD_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that was not kept, in one sentence without anything people wrote."""

    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


def judge(ledger: Ledger, stored: Stored, *, is_settled: bool = False) -> list[Breach]:
    """Every breach of one round; ``is_settled``: all background work had its time, so nothing may wait any more."""
    return [
        *lost_or_doubled(ledger, stored),
        *[Breach("R1", f"{what} was acknowledged and is lost") for what in ledger.lost],
        *reordered(ledger, stored),
        *holes(stored),
        *not_converged(ledger, stored),
        *[Breach("R4", f"{who} saw {what}") for who, what in ledger.trespasses],
        *[Breach("R5", f"{who} was answered {what}") for who, what in ledger.bad_answers],
        *unheard(ledger, stored, is_settled=is_settled),
        *told_wrongly(ledger, stored, is_settled=is_settled),
        *[Breach("R7", f"search did not find {word}") for word in ledger.not_found],
        *[Breach("R3", what) for what in ledger.not_healed],
    ]


def lost_or_doubled(ledger: Ledger, stored: Stored) -> Iterator[Breach]:
    """R1: acknowledged is there once, word for word. R2: one key is one post, whoever asks; not acknowledged is at
    most once there. Nothing is there that nobody sent."""
    for press in ledger.presses:
        found = [post for post in stored.posts if press.word in post.text]
        if press.is_acknowledged and not found:
            yield Breach("R1", f"{press.word} was acknowledged and is lost")
        if len(found) > 1:
            yield Breach("R2", f"{press.word} is there {len(found)} times")
        for post in found:
            if post.text != press.text or post.author != press.author:
                yield Breach("R1", f"{press.word} is not what {press.author} sent")
        named = {answer.post for answer in press.answers if answer.post}
        if len(named) > 1:
            yield Breach("R2", f"{press.word} was acknowledged as {len(named)} different posts")
        if found and named and not named & {post.id for post in found}:
            yield Breach("R1", f"{press.word} was acknowledged as another post than it is")
    words = [press.word for press in ledger.presses]
    strangers = [post for post in stored.posts if not any(word in post.text for word in words)]
    if strangers:
        yield Breach("R2", f"{len(strangers)} posts are there that nobody sent")


def reordered(ledger: Ledger, stored: Stored) -> Iterator[Breach]:
    """R1: what was acknowledged before something else was sent stands before it."""
    numbers: dict[str, int] = {}
    for press in ledger.presses:
        if (post := _post_of(press, stored)) is not None:
            numbers[press.word] = post.number
    told = sorted((press for press in ledger.presses if press.is_acknowledged and press.word in numbers),
                  key=lambda press: press.heard_at)  # fmt: skip
    for before in told:
        for after in ledger.presses:
            is_later = after.word in numbers and after.sent_at > before.heard_at
            if is_later and numbers[after.word] < numbers[before.word]:
                yield Breach("R1", f"{after.word} was sent after {before.word} was acknowledged, and stands before it")


def holes(stored: Stored) -> Iterator[Breach]:
    """R1: numbers are given without gaps, and the counts kept beside them are right."""
    numbers = sorted(post.number for post in stored.posts)
    if numbers != list(range(1, len(numbers) + 1)):
        yield Breach("R1", f"the numbers of the thread are {numbers}")
    if stored.last_number != len(numbers):
        yield Breach("R1", f"the thread says its last number is {stored.last_number}, and has {len(numbers)} posts")
    if numbers and stored.reply_count != len(numbers) - 1:
        yield Breach("R1", f"the thread counts {stored.reply_count} replies, and has {len(numbers) - 1}")


def not_converged(ledger: Ledger, stored: Stored) -> Iterator[Breach]:
    """R3: every screen shows what the database has, in its order, each once; live, and after a reload."""
    wanted = [post.id for post in sorted(stored.posts, key=lambda post: post.number)]
    for seen in ledger.seen:
        for how, shown in (("live", seen.live), ("after a reload", seen.reloaded)):
            ids = [post for post, _ in shown]
            if ids == wanted:
                continue
            missing, more = set(wanted) - set(ids), set(ids) - set(wanted)
            twice = [post for post, count in Counter(ids).items() if count > 1]
            said = ", ".join(
                [f"{len(missing)} missing"] * bool(missing)
                + [f"{len(more)} too many"] * bool(more)
                + [f"{len(twice)} twice"] * bool(twice)
            )
            yield Breach("R3", f"{seen.who}'s screen {how} is not the thread ({said or 'another order'})")


def unheard(ledger: Ledger, stored: Stored, *, is_settled: bool) -> Iterator[Breach]:
    """R1 of what follows a post: its fact is heard, or waits for a known moment; it is given up with a reason only.

    The age of a fact is reckoned from the moment its node wrote down, and a node whose clock was moved wrote another.
    """
    within = FACTS_HEARD_WITHIN + ledger.clock_off
    for fact in stored.facts:
        if fact.is_dead:
            yield Breach("R1", f"{fact.name} was given up after {fact.attempts} attempts ({fact.error or 'no reason'})")
        elif not fact.is_heard and (is_settled or fact.age > within):
            after = f"after {fact.attempts} attempts ({fact.error})"
            yield Breach("R1", f"{fact.name} waits since {fact.age:.0f} s, {after}")


def told_wrongly(ledger: Ledger, stored: Stored, *, is_settled: bool) -> Iterator[Breach]:
    """R6: one line a person and thread, each fact in it once; who opened the thread is told of each reply, once."""
    lines = Counter(line.person for line in stored.inbox)
    for person, count in lines.items():
        if count > 1:
            yield Breach("R6", f"{person} has {count} lines for one thread")
    replies = {post.id: post for post in stored.posts if post.number > 1}
    posted = {fact.id for fact in stored.facts if fact.name in ("post.posted", "thread.posted")}
    for line in stored.inbox:
        others = sum(post.author != line.person for post in replies.values())
        if len(set(line.facts)) != len(line.facts) or line.count != len(line.facts) or line.count > others:
            of = f"of {others}, from {len(line.facts)} facts"
            yield Breach("R6", f"{line.person} is told of {line.count} replies {of}")
        if set(line.facts) - posted:
            yield Breach("R6", f"{line.person} is told of facts that are none of this thread")
    openers = [post for post in stored.posts if post.number == 1]
    if is_settled and openers:
        opener = openers[0].author
        wanted = sum(post.author != opener for post in replies.values())
        told = sum(line.count for line in stored.inbox if line.person == opener)
        if told != wanted:
            yield Breach("R6", f"{opener} opened the thread, has {wanted} replies and is told of {told}")


def _post_of(press: Press, stored: Stored) -> StoredPost | None:
    return next((post for post in stored.posts if press.word in post.text), None)
