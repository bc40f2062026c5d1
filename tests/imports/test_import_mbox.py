"""`manage.py import_mbox`: conversations become threads, nobody reads more than they did, nothing is doubled."""

from __future__ import annotations

import io
import signal
import sqlite3
import tracemalloc
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from PIL import Image

from groups import policy
from groups.models import Space
from imports.models import SourceRecord
from imports.sources.mail import Options, read_boxes
from people.models import Person
from tests.imports.mails import box, mail, many, part
from tests.imports.test_import_command import FreeCompany
from walls.models import Picture, Post, Thread


@pytest.fixture
def run(cast, settings, tmp_path, capsys):
    settings.DATA_FOLDER = tmp_path / "data"

    def command(*arguments: object) -> str:
        call_command("import_mbox", *map(str, arguments))
        return capsys.readouterr().out

    return command


def titles(thread: Thread) -> list[str]:
    return [post.text for post in thread.posts.order_by("number")]


def threads() -> dict[str, list[str]]:
    """Title to the texts of its posts."""
    return {thread.title: titles(thread) for thread in Thread.objects.all()}


# Threads --------------------------------------------------------------------------------------------------------------


def test_answers_stand_in_the_thread_of_what_they_answer_whatever_their_subject(run, tmp_path):
    answer = mail(2, "No.", subject="RE : Something else", answers="<m1@example.test>")
    later = mail(3, "Well?", subject="Re: again", more={"References": "<m1@example.test> <gone@example.test>"})
    run(box(tmp_path / "mail.mbox", mail(1, "Broken?"), answer, later))
    assert threads() == {"Kettle": ["Broken?", "No.", "Well?"]}
    assert Post.objects.get(text="No.").quotes == Post.objects.get(text="Broken?")


def test_answers_to_the_same_mail_that_is_not_there_are_one_thread(run, tmp_path):
    first = mail(1, "One", subject="Re: Roof", answers="<gone@example.test>")
    second = mail(2, "Two", subject="Re: Walls", answers="<gone@example.test>")
    run(box(tmp_path / "mail.mbox", first, second))
    assert threads() == {"Roof": ["One", "Two"]}


@pytest.mark.parametrize("prefix", ["Re: ", "RE : ", "TR : ", "Fwd: ", "Réf : ", "Re: [House] "])
def test_an_answer_that_names_nothing_joins_the_thread_of_its_subject(run, tmp_path, prefix):
    run(box(tmp_path / "mail.mbox", mail(1, "Broken?"), mail(2, "Yes.", subject=f"{prefix}Kettle")))
    assert threads() == {"Kettle": ["Broken?", "Yes."]}


def test_neither_the_same_subject_anew_nor_an_answer_after_months_joins(run, tmp_path):
    late = mail(3, "Late.", subject="Re: Kettle", date="Mon, 02 Sep 2019 09:00:00 +0200")
    run(box(tmp_path / "mail.mbox", mail(1, "Old"), mail(2, "New"), late))
    assert sorted(map(titles, Thread.objects.all())) == [["Late."], ["New"], ["Old"]]


def test_ids_that_go_round_in_circles_are_one_thread(run, tmp_path):
    first = mail(1, "One", answers="<m3@example.test>")
    second = mail(2, "Two", more={"References": "<m2@example.test> <m1@example.test> <m1@example.test>"})
    run(box(tmp_path / "mail.mbox", first, second, mail(3, "Three", answers="<m2@example.test>")))
    assert threads() == {"Kettle": ["One", "Two", "Three"]}


def test_the_first_mail_of_a_thread_gives_its_title_and_its_tags(run, tmp_path):
    run(box(tmp_path / "mail.mbox", mail(1, subject="[House] [PATCH 1/2] The roof")))
    thread = Thread.objects.get()
    assert (thread.title, sorted(tag.name for tag in thread.tags.all())) == ("The roof", ["house", "patch"])


def test_three_thousand_direct_answers_and_five_thousand_recipients(run, tmp_path):
    to = ",\n ".join(f"Person {number} <p{number}@example.test>" for number in range(5_000))
    many_answers = [mail(n, f"Answer {n}", answers="<m1@example.test>") for n in range(2, 3_002)]
    said = run(box(tmp_path / "mail.mbox", mail(1, "Who comes?", more={"To": to}), *many_answers))
    assert "posts stored: 3,001" in said
    assert Thread.objects.get().reply_count == 3_000
    # Who was written to is no member, no reader, and not even a name here.
    assert Person.objects.filter(is_stand_in=True).count() == 1


# Who reads ------------------------------------------------------------------------------------------------------------

LIST = {"List-Id": "North House <house.example.test>"}


def test_private_mail_and_lists_are_hidden_and_read_only_by_who_ordered_the_import(run, cast, tmp_path):
    run(box(tmp_path / "mail.mbox", mail(1, more=LIST), mail(2, subject="Secret")), "--as", cast.admin.email)
    assert {space.name: space.type for space in Space.objects.filter(name__in=["North House", "mail"])} == {
        "North House": "hidden",
        "mail": "hidden",
    }
    for thread in Thread.objects.all():
        readers = [p for p in (cast.admin, cast.manager, cast.member, cast.outsider, cast.guest) if
                   policy.can(p, "read", thread.space)]  # fmt: skip
        assert readers == [cast.admin]


def test_opening_the_lists_does_not_open_the_private_mail(run, cast, tmp_path):
    run(box(tmp_path / "mail.mbox", mail(1, more=LIST), mail(2, subject="Secret")), "--visibility", "open")
    assert policy.can(cast.outsider, "read", Thread.objects.get(title="Kettle").space)
    assert not policy.can(cast.outsider, "read", Thread.objects.get(title="Secret").space)


def test_a_thread_never_reaches_from_the_private_mail_into_a_list(run, tmp_path):
    private = mail(2, "Between us: no.", subject="Re: Kettle", answers="<m1@example.test>")
    public = mail(3, "Well?", subject="Re: Kettle", answers="<m2@example.test>", more=LIST)
    run(box(tmp_path / "mail.mbox", mail(1, "Broken?", more=LIST), private, public), "--visibility", "open")
    by_group = {thread.space.name: titles(thread) for thread in Thread.objects.all()}
    assert by_group == {"North House": ["Broken?", "Well?"], "mail": ["Between us: no."]}
    # The answer in the list does not even point to the private mail.
    assert Post.objects.get(text="Well?").quotes is None


def test_the_administrator_may_say_that_everything_is_one_group(run, cast, tmp_path):
    run(box(tmp_path / "mail.mbox", mail(1), mail(2, more=LIST)), "--group", "The house", "--visibility", "closed")
    assert {(thread.space.name, thread.space.type) for thread in Thread.objects.all()} == {("The house", "closed")}


def test_no_topic_tells_of_a_hidden_list(run, tmp_path):
    run(box(tmp_path / "mail.mbox", mail(1, more=LIST)))
    assert Thread.objects.get().topic is None


# Once -----------------------------------------------------------------------------------------------------------------


def test_the_same_mail_twice_comes_in_once_and_another_of_the_same_id_too(run, tmp_path):
    twin = mail(1, "Not the same.", sender="Otto <otto@example.test>", subject="Other")
    said = run(box(tmp_path / "mail.mbox", mail(1), mail(1), twin))
    assert "- posts stored: 2\n- posts refused: 1" in said
    assert "post: mail is there twice: 1" in said
    assert "id that another mail has too: 1" in said


def test_one_mail_archived_twice_with_another_date_and_other_line_breaks_comes_in_once(run, tmp_path):
    again = mail(1, "Good\nmorning. ", date="Fri, 05 Apr 2019 09:00:00 +0200")
    said = run(box(tmp_path / "mail.mbox", mail(1), again))
    assert "- posts stored: 1\n- posts refused: 1" in said


def test_a_second_run_and_a_larger_file_double_nothing(run, tmp_path):
    answer = mail(2, "No.", answers="<m1@example.test>", subject="Re: Kettle")
    run(box(tmp_path / "mail.mbox", answer))
    said = run(box(tmp_path / "mail.mbox", mail(1, "Broken?"), answer, mail(4, "Else", subject="Else")))
    assert "| posts | 2 | 1 | 3 | 0 |" in said
    # What came before the answer that was here first still goes into its thread.
    assert sorted(map(sorted, map(titles, Thread.objects.all()))) == [["Broken?", "No."], ["Else"]]


def test_another_file_of_the_same_archive_adds_to_it(run, tmp_path):
    run(box(tmp_path / "one.mbox", mail(1, "Broken?")), "--archive", "house")
    answer = mail(2, "No.", answers="<m1@example.test>")
    said = run(box(tmp_path / "two.mbox.gz", answer), "--archive", "house")
    assert "rows in = stored + refused: yes" in said
    assert Space.objects.filter(name="house").count() == 1


# In, or refused with its reason ---------------------------------------------------------------------------------------


def test_every_mail_is_in_or_refused_with_its_reason(run, tmp_path):
    bounce = mail(3, more={"Content-Type": "multipart/report; report-type=delivery-status"})
    odd = [bounce, mail(4, "x" * 50_001), mail(5, " ", subject=None), b"\x00\xff" * 500, b"Subject: bare\n"]
    said = run(box(tmp_path / "mail.mbox", mail(1), *odd))
    [report] = (tmp_path / "data" / "imports" / "mbox-mail").glob("report-*.md")
    assert "rows in = stored + refused: yes" in said
    assert "messages in the source: 6" in said
    for line in ("delivery report: 1", "text: string too long: 1", "mail has no text: 1", "mail has no header: 1"):
        assert line in report.read_text()


def test_what_is_attached_is_named_and_counted_and_not_taken(run, tmp_path):
    content = many(1, part("text/plain", b"See."), part("application/pdf", b"%PDF" * 300, "roof_plan*.pdf"))
    said = run(box(tmp_path / "mail.mbox", content))
    assert "attachment named, not taken: 1" in said
    assert Post.objects.get().text == "See. 📎 roof_plan*.pdf · application/pdf · 1,200 B (file not taken over)"


def test_pictures_become_our_pictures_and_what_is_none_stays_a_name(run, tmp_path):
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawn, "PNG")
    html = b'<p>The roof: <img src="cid:roof"></p>'
    content = many(
        1,
        part("text/html", html, disposition="inline"),
        part("image/png", drawn.getvalue(), "roof.png", content_id="roof"),
        part("image/jpeg", b"no picture", "wall.jpg"),
    )
    said = run(box(tmp_path / "mail.mbox", content))
    picture = Picture.objects.get()
    post = Post.objects.get()
    assert (picture.post, picture.thread, picture.width) == (post, post.thread, 40)
    assert f"/pictures/{picture.public_id}/" in post.html
    assert "📎 wall.jpg (file not taken over)" in post.text
    assert "| pictures | 1 | | | 1 |" in said


def test_files_that_are_no_mail_are_refused_with_a_sentence(run, tmp_path):
    (tmp_path / "notes.txt").write_text("Dear diary")
    with pytest.raises(CommandError, match="is no mbox"):
        run(tmp_path / "notes.txt")
    with pytest.raises(CommandError, match="is no file"):
        run(tmp_path)


def test_a_packed_file_that_breaks_off_gives_what_it_has(run, tmp_path):
    path = box(tmp_path / "mail.mbox.gz", *[mail(n, f"Mail {n} " + "é" * 60) for n in range(1, 400)])
    path.write_bytes(path.read_bytes()[:-40])
    said = run(path)
    assert "post: mail cannot be read: 1" in said
    assert "rows in = stored + refused: yes" in said
    assert Post.objects.count() > 100


def test_nothing_of_the_mail_is_left_behind(run, tmp_path):
    run(box(tmp_path / "mail.mbox", mail(1)))
    left = [path.name for path in (tmp_path / "data" / "imports" / "mbox-mail").rglob("*")]
    assert sorted(name.partition("-")[0] for name in left) == ["lock", "report"]


def test_a_dry_run_writes_nothing(run, tmp_path):
    said = run(box(tmp_path / "mail.mbox", mail(1)), "--dry-run")
    assert "A dry run: nothing was written." in said
    assert not Post.objects.exists() and not SourceRecord.objects.exists()


def test_memory_holds_one_mail_at_a_time(tmp_path):
    """Twenty mails of a megabyte are read without holding more than what is made of one."""
    big = [many(n, part("text/plain", b"See."), part("application/x-tile", b"t" * 1_000_000, "t")) for n in range(20)]
    path: Path = box(tmp_path / "mail.mbox", *big)
    del big
    tracemalloc.start()
    read_boxes([path], tmp_path / "form", options=Options())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 25_000_000
    assert peak < 18_000_000


@pytest.mark.slow
@pytest.mark.skipif(bool(django_settings.DATABASE_URL), reason="the process has a data folder of its own, on SQLite")
def test_killed_while_it_reads_and_while_it_writes_every_mail_is_there_once(tmp_path):
    company = FreeCompany(tmp_path / "data")
    mails = [mail(n, f"word{n}", answers=f"<m{n - n % 9}@example.test>" if n % 9 else "") for n in range(1, 900)]
    path = box(tmp_path / "house.mbox", *mails, mails[7])
    for moment in (-1, 0, 300):
        process = company.start(path, "import_mbox")
        company.wait_for(moment)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it had ended before it was killed"
    assert company.start(path, "import_mbox").wait(timeout=300) == 0
    with sqlite3.connect(company.data / "db.sqlite3") as database:
        texts = [text for (text,) in database.execute("SELECT text FROM walls_post")]
        [threads] = database.execute("SELECT count(*) FROM walls_thread").fetchone()
    assert sorted(texts) == sorted(f"word{n}" for n in range(1, 900))
    assert threads == 100
