"""The checker of the rounds bites: whatever is planted in the ledger or in the store is named, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.faults.rounds import results
from tests.faults.rounds.checker import judge
from tests.faults.rounds.doors import posts_in, understood
from tests.faults.rounds.ledger import Answer, Ledger, Press, Seen, Stored, StoredFact, StoredPost, Told, new_word


def press(number: int, author: str, *, opens: bool = False) -> Press:
    word = new_word()
    made = Press(f"key{number}", word, author, f"Round word {word}.", opens=opens, sent_at=float(number), tries=1)
    made.answers.append(Answer(number + 0.5, f"post{number}", number))
    return made


@pytest.fixture
def ledger():
    """Three posts, each acknowledged before the next was sent, all on both screens."""
    made = Ledger("thread1", [press(1, "opener", opens=True), press(2, "anna"), press(3, "bob")])
    shown = [(f"post{number}", one.word) for number, one in enumerate(made.presses, 1)]
    made.seen = [Seen("viewer0", list(shown), list(shown)), Seen("viewer1", list(shown), list(shown))]
    return made


@pytest.fixture
def stored(ledger):
    posts = [StoredPost(f"post{n}", n, one.author, one.text) for n, one in enumerate(ledger.presses, 1)]
    names = ["thread.posted", "post.posted", "post.posted"]
    facts = [StoredFact(10 + n, name, 0, True, False, "", 1.0) for n, name in enumerate(names)]
    return Stored(posts, 3, 2, facts, [Told("opener", 2, (11, 12))])


def rules(ledger, stored, **more):
    return [breach.rule for breach in judge(ledger, stored, **more)]


def test_a_round_in_which_every_promise_was_kept_has_no_breach(ledger, stored):
    assert judge(ledger, stored, is_settled=True) == []


def test_an_acknowledged_post_that_is_gone_is_named_as_lost(ledger, stored):
    lost = stored.posts.pop()
    stored.last_number, stored.reply_count = 2, 1
    said = [str(breach) for breach in judge(ledger, stored)]
    assert f"R1: {ledger.presses[2].word} was acknowledged and is lost" in said and lost.text


def test_a_post_nobody_heard_of_may_be_there_once_or_not_and_never_twice(ledger, stored):
    unsure = press(4, "anna")
    unsure.answers.clear()
    ledger.presses.append(unsure)
    assert judge(ledger, stored) == []
    for number, count in ((4, 0), (5, 1)):
        stored.posts.append(StoredPost(f"post{number}", number, "anna", unsure.text))
        stored.last_number, stored.reply_count = number, number - 1
        for seen in ledger.seen:
            for shown in (seen.live, seen.reloaded):
                shown.append((f"post{number}", unsure.word))
        assert rules(ledger, stored) == ["R2"] * count


def test_one_key_that_gave_two_posts_is_named_as_doubled(ledger, stored):
    ledger.presses[1].answers.append(Answer(2.6, "post9", 4))
    assert any("2 different posts" in str(breach) for breach in judge(ledger, stored))


def test_a_post_that_nobody_sent_is_named(ledger, stored):
    stored.posts[1] = replace(stored.posts[1], text="Round word zqnobodysentit.")
    assert {"R1", "R2"} <= set(rules(ledger, stored))


def test_a_post_with_another_text_or_author_than_was_sent_is_named(ledger, stored):
    stored.posts[1] = replace(stored.posts[1], text=stored.posts[1].text + " more")
    assert rules(ledger, stored) == ["R1"]
    stored.posts[1] = replace(stored.posts[1], text=ledger.presses[1].text, author="bob")
    assert "R1" in rules(ledger, stored)


def test_posts_that_changed_places_after_they_were_acknowledged_are_named(ledger, stored):
    first, second = stored.posts[1], stored.posts[2]
    stored.posts[1], stored.posts[2] = replace(second, number=2), replace(first, number=3)
    for seen in ledger.seen:
        seen.live[1], seen.live[2] = seen.live[2], seen.live[1]
        seen.reloaded[1], seen.reloaded[2] = seen.reloaded[2], seen.reloaded[1]
    assert any("stands before it" in str(breach) for breach in judge(ledger, stored))


@pytest.mark.parametrize("change", [{"last_number": 4}, {"reply_count": 3}])
def test_a_count_that_is_wrong_is_named(ledger, stored, change):
    assert rules(ledger, replace(stored, **change)) == ["R1"]


def test_a_hole_in_the_numbers_is_named(ledger, stored):
    stored.posts[2] = replace(stored.posts[2], number=4)
    assert any("numbers of the thread are [1, 2, 4]" in str(breach) for breach in judge(ledger, stored))


@pytest.mark.parametrize("how", ["live", "reloaded"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda shown: shown.pop(), "1 missing"),
        (lambda shown: shown.append(shown[-1]), "1 twice"),
        (lambda shown: shown.append(("post7", "")), "1 too many"),
        (lambda shown: shown.reverse(), "another order"),
    ],
)
def test_a_screen_that_is_not_the_thread_is_named(ledger, stored, how, change, words):
    change(getattr(ledger.seen[1], how))
    (breach,) = judge(ledger, stored)
    assert breach.rule == "R3" and "viewer1" in breach.what and words in breach.what


def test_what_somebody_saw_who_may_not_and_an_answer_without_calm_are_named(ledger, stored):
    ledger.trespasses.append(("outsider", "the thread"))
    ledger.bad_answers.append(("anna", "500 to a reply"))
    ledger.not_found.append("zqword")
    ledger.lost.append("a picture")
    assert sorted(rules(ledger, stored)) == ["R1", "R4", "R5", "R7"]


def test_a_fact_may_wait_for_a_while_and_never_be_given_up_or_forgotten(ledger, stored):
    stored.inbox = [Told("opener", 1, (11,))]
    stored.facts[2] = replace(stored.facts[2], is_heard=False, age=40.0)
    assert judge(ledger, stored) == []
    assert sorted(rules(ledger, stored, is_settled=True)) == ["R1", "R6"]
    stored.facts[2] = replace(stored.facts[2], age=305.0)
    assert rules(ledger, stored) == ["R1"]
    ledger.clock_off = 300.0
    assert rules(ledger, stored) == [], "written five seconds ago by a clock that was five minutes late"
    stored.facts[2] = replace(stored.facts[2], age=500.0)
    assert rules(ledger, stored) == ["R1"]
    stored.facts[2] = replace(stored.facts[2], is_dead=True, attempts=12)
    assert rules(ledger, stored) == ["R1"]


@pytest.mark.parametrize(
    "inbox",
    [
        [Told("opener", 3, (11, 12))],
        [Told("opener", 2, (11, 11))],
        [Told("opener", 3, (11, 12, 99))],
        [Told("opener", 1, (11,)), Told("opener", 1, (12,))],
        [],
    ],
)
def test_who_opened_the_thread_is_told_of_each_reply_once(ledger, stored, inbox):
    stored.inbox = inbox
    assert "R6" in rules(ledger, stored, is_settled=True)


def test_only_a_calm_503_passes_for_being_away():
    assert understood(503, {"Retry-After": "5"}, "resting").kind == "away"
    assert understood(503, {}, "").kind == understood(500, {}, "").kind == "broken"
    assert understood(503, {"Retry-After": "5"}, "Traceback (most recent call last)").kind == "broken"
    assert understood(302, {"Location": "/account/login/?next=/"}, "").kind == "refused"


def test_posts_are_read_from_a_page_in_their_order_with_their_words():
    word = new_word()
    article = '<article class="post mine" id="post-{0}" data-number="{1}" data-version="{1}" data-x>{2}</article>'
    html = article.format("abc", 1, f"<p>Round word {word}.</p>") + article.format("def", 2, "<p>none</p>")
    assert posts_in(html) == [("abc", 1, 1, word), ("def", 2, 2, "")]
    assert posts_in("<p>nothing</p>") == []


def test_the_sum_of_the_rounds_tells_what_was_lost_and_goes_on_over_runs(tmp_path):
    kept = results.Results(tmp_path)
    line = {"at": "2026-11-23T00:00:00+00:00", "seed": 7, "round": 1, "code": "", "fault": "kill nginx", "second": "",
            "sent": 9, "acknowledged": 8, "given_up": 1, "tries": 12, "lost": 1, "doubled": 0, "lasted": 1.0,
            "answered": 0.5, "healed": 6.5, "storm_back": 0.0, "died": [], "breaches": ["R1: x"],
            "seconds": 4.0}  # fmt: skip
    kept.add(line)
    again = results.Results(tmp_path)
    again.add({**line, "round": 2, "lost": 0, "healed": 1.5, "breaches": []})
    assert again.played(7) == 2 and again.played(8) == 0
    assert len([json.loads(text) for text in again.path.read_text().splitlines()]) == 2
    text = results.summary(again.lines)
    assert "**1 lost, 0 doubled**" in text and "| kill nginx | 2 | 16 | 1 | 0 | 4.0 | 6.5 | 1 | 1 |" in text
    assert "7 (2)" in text
    page = tmp_path / "page.md"
    page.write_text(f"before\n{results.BEGIN}\nold\n{results.END}\nafter\n")
    results.write_into(page, text)
    assert "old" not in page.read_text() and page.read_text().endswith(f"{results.END}\nafter\n")
