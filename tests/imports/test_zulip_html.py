"""One message of a Zulip archive becomes Markdown that names the people and posts of its archive."""

from __future__ import annotations

import pytest

from imports.sources.zulip import Survey, ThreadSeen
from imports.sources.zulip_html import Read, read_html
from tests.imports.conftest import quoted

KATEX = (
    '<span class="katex"><span class="katex-mathml"><math><semantics><mi>x</mi>'
    '<annotation encoding="application/x-tex">a_1 \\{ b \\}</annotation></semantics></math></span>'
    '<span class="katex-html" aria-hidden="true"><span class="mord">x</span></span></span>'
)
CODE = (
    '<div class="codehilite" data-code-language="Lean4"><pre><span></span><code><span class="kn">import</span> x\n'
    "\n  <span>y</span> &lt; z\n</code></pre></div>"
)


def known(site: str = "https://chat.test") -> Survey:
    return Survey(
        site=site,
        streams={7: "North-house"},
        messages={1, 2},
        threads={"7/tea kitchen": ThreadSeen()},
        senders={"Ines Morel"},
        accounts={"11": "Ines Morel"},
    )


def read(html: str, site: str = "https://chat.test") -> Read:
    return read_html(html, known(site), missing_file="file not in the archive")


def test_a_quote_names_its_author_and_links_to_its_source():
    found = read(quoted(1, "Ines Morel") + "<blockquote><p>broken</p></blockquote><p>Yes.</p>")
    assert found.text == "[Ines Morel](import:person/Ines%20Morel) [said](import:post/1):\n\n> broken\n\nYes."
    assert (found.quotes, found.mentions, found.links) == (["1"], ["Ines Morel"], [])


def test_a_mention_is_the_person_under_the_name_the_account_last_wrote_under():
    found = read('<p><span class="user-mention" data-user-id="11">@Ines Old</span> hello</p>')
    assert found.text == "[@Ines Old](import:person/Ines%20Morel) hello"


def test_a_mention_of_everybody_stays_words():
    assert read('<p><span class="user-mention" data-user-id="*">@all</span> hello</p>').text == "@all hello"
    assert read('<p><span class="user-group-mention" data-user-group-id="4">@crew</span></p>').text == "@crew"


def test_a_mention_inside_a_link_stays_words_of_the_link():
    mention = '<span class="user-mention" data-user-id="11">@Ines Morel</span>'
    found = read(f'<p><a href="https://a.test/">see {mention}</a></p>')
    assert (found.text, found.mentions) == ("[see @Ines Morel](https://a.test/)", [])


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("#narrow/stream/7-North-house/topic/tea.20kitchen/near/2", "import:post/2"),
        ("/#narrow/channel/7-North-house/topic/tea.20kitchen/with/2", "import:post/2"),
        ("https://chat.test/#narrow/stream/7-North-house/topic/tea.20kitchen", "import:thread/7%2Ftea%20kitchen"),
        ("#narrow/stream/7-North-house/topic/.E2.9C.94.20tea.20kitchen", "import:thread/7%2Ftea%20kitchen"),
        ("/#narrow/stream/7-North-house", "import:group/7"),
        ("#narrow/stream/9-Elsewhere/topic/x/near/5", "https://chat.test/#narrow/stream/9-Elsewhere/topic/x/near/5"),
        ("/help/format", "https://chat.test/help/format"),
        ("https://b.test/x", "https://b.test/x"),
        ("mailto:a@b.test", "mailto:a@b.test"),
    ],
)
def test_a_link_goes_to_what_the_archive_holds_or_to_the_old_chat(address, expected):
    assert read(f'<p><a href="{address}">there</a></p>').text == f"[there]({expected})"


def test_without_the_address_of_the_old_chat_a_link_into_it_is_words():
    found = read('<p><a href="#narrow/stream/9-Elsewhere">there</a></p>', site="")
    assert (found.text, found.notes["link inside the source kept as text"]) == ("there", 1)


def test_a_file_the_archive_lacks_keeps_its_name_and_says_so():
    preview = '<div class="message_inline_image"><a href="/user_uploads/2/plan.png"><img src="/x"></a></div>'
    found = read(f'<p><a href="/user_uploads/2/plan.png">plan.png</a></p>\n{preview}')
    assert found.text == "plan.png *(file not in the archive)*"
    assert found.notes["file not in the archive"] == 1


def test_a_preview_without_its_link_stays_as_a_link():
    preview = '<div class="message_inline_image"><a href="https://a.test/p.png" title="p.png"><img src="/x"></a></div>'
    assert read(f"<p>look</p>{preview}").text == "look\n\n[p.png](https://a.test/p.png)"


def test_code_keeps_its_language_and_every_line():
    assert read(f"<p>a</p>{CODE}<p>b</p>").text == "a\n\n```lean4\nimport x\n\n  y < z\n```\n\nb"


def test_formulas_go_back_to_tex():
    assert read(f"<p>so {KATEX}.</p>").text == "so $`a_1 \\{ b \\}`$."
    shown = read(f'<p>so</p><p><span class="katex-display">{KATEX}</span></p>').text
    assert shown == "so\n\n```math\na_1 \\{ b \\}\n```"


def test_emoji_become_characters_and_house_emoji_their_name():
    flag = '<span aria-label="flag" class="emoji emoji-1f1eb-1f1f7" role="img" title="france">:france:</span>'
    house = '<img alt=":otter:" class="emoji" src="/o.png" title="otter">'
    assert read(f"<p>{flag} {house}</p>").text == "🇫🇷 :otter:"


def test_a_spoiler_shows_its_heading_above_a_quote():
    html = (
        '<div class="spoiler-block"><div class="spoiler-header"><p>The end</p></div>'
        '<div class="spoiler-content" aria-hidden="true"><p>It was Otto.</p></div></div><p>so</p>'
    )
    assert read(html).text == "**The end**\n\n> It was Otto.\n\nso"


def test_a_time_is_written_out():
    assert read('<p>at <time datetime="2021-01-07T17:10:00Z">x</time></p>').text == "at 2021-01-07 17:10 UTC"
