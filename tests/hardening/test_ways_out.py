"""Where an answer may lead: to a page of ours, whatever a form, a header or a host name asks for."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import resolve

from kit import facts
from kit.fields import taken_by
from kit.models import Fact

#: what a browser, or a careless check, takes for another site or for a script
ELSEWHERE = (
    *("https://evil.example/", "//evil.example/", "///evil.example/", "////evil.example", "/\\evil.example/"),
    *(
        "\\\\evil.example",
        "\\/evil.example",
        "/\t/evil.example/",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
    ),
    *("https:evil.example", "http:///evil.example", "javascript:alert(1)", "data:text/html,x", "/%09/evil.example"),
    *("https://testserver@evil.example/", "https://testserver.evil.example/", "http://evil.example:80#testserver"),
    # Names under which a server may be asked too, but no page of this one was.
    *("http://localhost/", "//127.0.0.1/", "https://localhost:8000/x"),
    *("//\u3002evil.example", "/\x00/evil.example", "//[2001:db8::1]/", "\u2028//evil.example", "evil.example"),
)


def leads_to(location: str) -> str:
    """Where a browser goes: blanks and control letters drop out, backslashes are slashes (WHATWG URL, 4.4)."""
    read = "".join(letter for letter in location if letter > " ").replace("\\", "/")
    parts = urlsplit(urljoin("http://testserver/here/", read))
    return f"{parts.scheme}://{parts.netloc}"


def test_the_reader_of_addresses_is_as_careless_as_a_browser():
    assert leads_to("/\t/evil.example") == leads_to("/\\evil.example") == "http://evil.example"


def test_no_form_and_no_header_leads_to_another_site(house):
    client = Client(raise_request_exception=False)
    client.force_login(house.manager)
    doors = [address for address in house.addresses.values() if "next" in taken_by(resolve(address).func)]
    doors += [house.addresses[name] for name in ("people:preference-set", "people:language-set", "walls:feed-read")]
    doors.remove(house.addresses["account_login"])
    wrong, followed, read_here = [], 0, set()
    for number, address in enumerate(doors):
        # Where it is read: a door that once followed an address of ours is asked for every other.
        takes = "next" in taken_by(resolve(address).func)
        for elsewhere in ELSEWHERE[number % 5 :: 5] if resolve(address).func in read_here else ELSEWHERE:
            referer = "".join(letter for letter in elsewhere if letter >= " ")
            answer = client.post(address, {"next": elsewhere} if takes else {}, headers={"Referer": referer})
            followed += answer.status_code in (301, 302, 303, 307)
            if "Location" in answer and leads_to(answer["Location"]) != "http://testserver":
                wrong.append((address, elsewhere, answer["Location"]))
        read_here.add(resolve(address).func)
    assert not wrong
    assert len(doors) > 10 and followed > 20


def test_signing_in_leads_to_a_page_of_ours(house):
    for elsewhere in ELSEWHERE:
        cache.clear()
        given = {"login": house.member.email, "password": "correct horse battery", "next": elsewhere}
        answer = Client(raise_request_exception=False).post(f"/account/login/?next={elsewhere.strip()}", given)
        assert answer.status_code in (302, 400) and leads_to(answer.get("Location", "/")) == "http://testserver", (
            elsewhere
        )


def test_a_host_name_that_is_not_ours_is_refused_and_a_forwarded_one_means_nothing(house):
    client = Client()
    for host in ("evil.example", "testserver.evil.example", "testserver:80@evil.example", "testserver evil.example"):
        assert client.get("/account/login/", headers={"Host": host}).status_code == 400, host
    forwarded = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Forwarded-Proto": "https"}
    page = client.get("/account/login/", headers=forwarded)
    assert page.status_code == 200 and b"evil.example" not in page.content
    cache.clear()
    client.post("/account/password/reset/", {"email": house.member.email}, headers=forwarded)
    facts.deliver(Fact.objects.latest("pk").pk)
    (sent,) = [letter for letter in mail.outbox if house.member.email in letter.to]
    assert "evil.example" not in sent.body and settings.PUBLIC_URL in sent.body
