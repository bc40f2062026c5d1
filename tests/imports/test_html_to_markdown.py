"""HTML of another product becomes Markdown that our renderer shows with the same words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from imports.html_to_markdown import to_markdown
from kit import markdown


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>plain words</p>", "plain words"),
        ("<p>one</p>\n<p>two</p>", "one\n\ntwo"),
        ("<p>one<br>\ntwo</p>", "one\ntwo"),
        ("<p><strong>b</strong> <em>i</em> <del>s</del></p>", "**b** *i* ~~s~~"),
        ("<p>snake_case and 2 * 3</p>", "snake_case and 2 \\* 3"),
        ("<p># no heading</p>", "\\# no heading"),
        ("<p>1. no list</p>", "1\\. no list"),
        ("<p>- no list</p>", "\\- no list"),
        ("<p>&gt; no quote</p>", "\\> no quote"),
        ("<p>a &lt;b&gt; c &amp;amp; d</p>", "a \\<b> c \\&amp; d"),
        ("<h2>Title</h2><p>x</p>", "## Title\n\nx"),
        ("<ul>\n<li>a</li>\n<li>b<ul>\n<li>c</li>\n</ul></li>\n</ul>", "- a\n- b\n  - c"),
        ('<ol start="8">\n<li>a</li>\n<li>b</li>\n</ol>', "8. a\n9. b"),
        ("<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>", "> a\n>\n> b"),
        ("<p>see <code>x `y` z</code></p>", "see ``x `y` z``"),
        ('<p><a href="https://a.test/x">https://a.test/x</a></p>', "<https://a.test/x>"),
        ('<p><a href="https://a.test/(x) y">a]b</a></p>', "[a\\]b](<https://a.test/(x)%20y>)"),
        ('<p>no!<a href="https://a.test/">a</a></p>', "no\\![a](https://a.test/)"),
        ('<pre data-language="Python">\nprint("```")\n\n  x\n</pre>', '````python\nprint("```")\n\n  x\n````'),
        ("<table><tr><th>a</th></tr><tr><td>b|c</td></tr></table>", "| a |\n| --- |\n| b\\|c |"),
    ],
)
def test_html_becomes_the_markdown_a_person_would_write(html, expected):
    assert to_markdown(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        "<p>x <strong>(a)</strong>b and <del>c.</del>d</p>",
        "<ul><li><p>one</p><pre>\ncode *here*\n</pre></li><li>two</li></ul>",
        "<blockquote><pre>\n> quoted code\n</pre><p>after</p></blockquote>",
        "<p>a <code>|</code> b</p><table><tr><th>h</th></tr><tr><td><code>x|y</code></td></tr></table>",
        "<p>[link](https://no.test) ![no](picture) ~~~ === </p>",
        "<p>a<br>\n- b<br>\n1) c<br>\n# d<br>\n&gt; e<br>\n===<br>\n---</p>",
        "<p>https://a.test/x_y_z_ and _under_ and \\*star\\*</p>",
        "<p>a | b<br>\n--|--<br>\nc | d</p>",
    ],
)
def test_the_rendered_words_are_those_of_the_source(html):
    assert words(markdown.render(to_markdown(html)).html) == words(html)


# Control characters are no words of anybody; the reader of every source sees them refused.
PRINTED = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co")), min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@given(PRINTED)
def test_any_text_of_a_paragraph_survives(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    assert words(markdown.render(to_markdown(f"<p>{escaped}</p>")).html) == "".join(text.split())


def words(html: str) -> str:
    """The letters one sees, without the spaces between them."""
    body = LexborHTMLParser(html).body
    return "".join(body.text().split()) if body is not None else ""
