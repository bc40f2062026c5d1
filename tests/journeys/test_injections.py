"""Over 200 script injections in every field of text, in a real browser: nothing runs, nothing of ours is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.parse import urlencode, urlsplit

import pytest

from tests.hardening.vectors import VECTORS
from tests.journeys.conftest import ROOT, embedded

#: what an injection would have left on the page, and what of ours has to stand there
LOOK = """() => {
const leads = ["href", "src", "action", "formaction", "xlink:href"];
const acts = ({ name, value }) => /^on/i.test(name) || name === "srcdoc"
  || (leads.includes(name) && /^\\s*(javascript|vbscript):/i.test(value));
return ({
  title: document.title, pwned: "pwned" in window || document.body.textContent.trim() === "pwned",
  ours: !!document.querySelector("main, .door, h1") && document.scripts.length > 0,
  words: !!JSON.parse(document.getElementById("words")?.textContent ?? "{}").close,
  handlers: [...document.querySelectorAll("*")].flatMap((node) => [...node.attributes].filter((one) => acts(one))
    .map((one) => `${node.tagName} ${one.name}=${one.value}`)),
  foreign: [...document.querySelectorAll("script, iframe, object, embed, base, meta[http-equiv]")]
    .filter((node) => !node.matches("script[src^='/static/'], script[type='application/json']"))
    .map((node) => node.outerHTML.slice(0, 120)),
})}"""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company of its own: what is written here is no sight for the other journeys."""
    with embedded(tmp_path_factory.mktemp("injected")) as company:
        yield company


@pytest.fixture(scope="module")
def injected(company) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.injected"],
        cwd=ROOT, env=company.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


#: columns of text that hold no injection, because nobody gets to type into them
TYPED_BY_NOBODY = {
    "made by Parvis: keys, hashes, secrets": {
        *("archive.LogEntry.hash", "archive.LogEntry.previous", "archive.LogEntry.actor", "imports.Archive.secret"),
        *("groups.Space.people_key", "kit.Fact.lease", "people.AccountInvitation.secret_digest", "people.Person.photo"),
        *("notifications.Notification.about", "people.Person.password", "people.Company.logo", "topics.Topic.path"),
        *(
            "walls.Picture.sha256",
            "walls.Picture.thumbnail_sha256",
            "walls.Submission.digest",
            "walls.Thread.cover",
            "walls.Thread.tie",
        ),
    },
    "one of our own words, or of a list we keep": {
        *("archive.LogEntry.kind", "kit.Fact.name", "kit.Fact.heard_by", "kit.Fact.ids", "kit.Fact.last_error"),
        *("imports.SourceRecord.kind", "notifications.Notification.facts", "notifications.Visit.before"),
        *("notifications.Mail.entries", "notifications.Mail.occasion"),
        *(
            "people.Person.time_zone",
            "walls.Draft.reason",
            "walls.Post.tally",
            "walls.Post.text_language",
            "walls.Reaction.emoji",
        ),
        *("walls.Thread.text_language",),
    },
    "of the letters of an address, or nothing": {"archive.AccessRequest.path"},
    "two characters at most, in which no injection fits": {"people.Person.own_keys"},
    "a mail address; that of an account is injected": {"people.AccountInvitation.email"},
    "named in the command of an import": {
        *("imports.Archive.source", "imports.SourceRecord.source", "imports.SourceRecord.source_id"),
    },
    "compared, and shown nowhere": {"walls.Submission.key"},
}


class Watch:
    """Looks at a page after each step, and remembers what an injection did."""

    def __init__(self, page, company):
        self.page, self.found = page, []
        home = urlsplit(company.address).netloc
        page.on("dialog", lambda dialog: (self.found.append(("dialog", page.url)), dialog.dismiss()))
        page.on("request", lambda asked: self._foreign(asked.url, home))
        page.on("popup", lambda other: self.found.append(("window", other.url)))

    def _foreign(self, url: str, home: str) -> None:
        if urlsplit(url).scheme in ("http", "https", "ws") and urlsplit(url).netloc != home:
            self.found.append(("asked elsewhere", url))

    def look(self) -> None:
        seen = self.page.evaluate(LOOK)
        where = urlsplit(self.page.url).path
        if seen["pwned"] or seen["title"] == "pwned" or not seen["ours"] or not seen["words"]:
            self.found.append((where, seen["title"], seen["ours"], seen["words"]))
        self.found += [(where, what) for what in (*seen["handlers"], *seen["foreign"])]

    def open(self, address: str) -> None:
        assert self.page.goto(address).status < 400, address
        self.look()


def test_every_column_of_text_was_given_an_injection(injected):
    known = {column for columns in TYPED_BY_NOBODY.values() for column in columns}
    assert set(injected["untouched"]) <= known, (
        "fill these in tests/journeys/injected.py, or say why nobody types there"
    )


def test_no_injection_does_anything_in_any_field(sign_in, company, injected):
    assert len(VECTORS) >= 200
    page = sign_in("admin")
    watch = Watch(page, company)
    thread = f"/threads/{injected['thread']}/"
    watch.open(f"{thread}?post=25")
    assert page.locator("article").count() >= len(VECTORS) // 10
    page.mouse.move(400, 300)
    for address in (
        "/", "/wall/", "/inbox/", "/drafts/", "/groups/?up_to=100", f"/groups/{injected['group']}/", "/people/",
        f"/groups/{injected['group']}/members/", f"/people/{injected['person']}/", f"/people/{injected['guest']}/",
        f"/groups/{injected['closed']}/", "/conversations/", "/topics/", f"/topics/{injected['topic']}/",
        "/admin/topics/",
        "/admin/tags/", "/admin/people/", f"/admin/people/{injected['person']}/", "/admin/company/", "/threads/new/",
        "/admin/access/", "/admin/log/", "/admin/health/", "/admin/people/?state=invited", "/account/sessions/",
        f"/posts/{injected['edited']}/history/",
    ):  # fmt: skip
        watch.open(address)
    assert watch.found == []


def test_no_injection_does_anything_in_an_address_a_preview_or_a_live_frame(sign_in, company, injected):
    page = sign_in("member")
    watch = Watch(page, company)
    for vector in VECTORS[::60]:
        watch.open("/search/?" + urlencode({"q": vector[:120], "op": vector[:120], "order": vector}))
    # What only managers see, and who is invited.
    for part in ("", "members/", "manage/", "classification/"):
        watch.open(f"/groups/{injected['closed']}/{part}")
    watch.open(injected["link"])
    thread = f"/threads/{injected['thread']}/"
    watch.open(thread)
    # As the page itself does with what the server drew: previews and frames are put in as HTML.
    sent = page.evaluate(
        """async ([texts, thread]) => {
          const token = document.querySelector("input[name=csrfmiddlewaretoken]").value, statuses = [];
          for (const [door, body] of texts) {
            const form = new URLSearchParams({ csrfmiddlewaretoken: token, body });
            const answer = await fetch(door, { method: "POST", body: form, headers: { "HX-Request": "true" } });
            statuses.push(answer.status);
            const box = document.createElement("div");
            box.innerHTML = await answer.text();
            document.querySelector("main").append(box);
          }
          return statuses;
        }""",
        [
            [["/compose/preview/", "\n\n".join(VECTORS[start : start + 60])] for start in range(0, len(VECTORS), 60)]
            + [[f"{thread}reply/", "\n\n".join(VECTORS[start : start + 70])] for start in range(0, len(VECTORS), 70)],
            thread,
        ],
    )
    assert set(sent) == {200}
    page.wait_for_timeout(1500)  # the frames of those replies
    watch.look()
    assert watch.found == []
