"""The quickest proof that the house stands."""

from groups import policy
from groups.models import Space
from kit import markdown


def test_outsider_knows_no_hidden_group_and_member_does(cast):
    hidden = cast.spaces["hidden"]
    assert policy.can(cast.member, "read", hidden)
    assert not policy.can(cast.outsider, "know", hidden)


def test_audience_agrees_with_the_rule_for_every_space(cast):
    for space in Space.objects.all():
        for person in cast.everyone:
            assert policy.audience(space).filter(pk=person.pk).exists() == policy.can(person, "read", space)


def test_markdown_takes_no_html_and_finds_mentions():
    mention = markdown.mention("Al", "0" * 26)
    made = markdown.render(f"Hi {mention} <script>x</script> **b**\n\n- [x] done\n\n|a|b|\n|-|-|\n|1|2|")
    assert "<script" not in made.html
    assert made.people == ["0" * 26]
    assert "<strong>b</strong>" in made.html and "checkbox" in made.html and "<table>" in made.html


def test_the_sign_in_page_answers(client, db):
    assert client.get("/account/login/").status_code == 200
