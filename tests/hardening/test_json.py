"""Every address that answers in JSON: its forms are written here, and no request gets it to answer in another.

There is no schema of an API yet that schemathesis could read: this is the same walk over the few addresses there are.
An answer in JSON that is made anywhere else fails until it is listed.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path
from urllib.parse import quote

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bounds.test_patterns import APPS
from tests.hardening.test_uploads import drawn

ROOT = Path(__file__).resolve().parents[2]
#: (file, function) → its address's name and the forms it answers in, by field; None: tested elsewhere, and where
FORMS: dict[tuple[str, str], tuple[str, list[dict[str, type]]] | str] = {
    ("walls/views/pictures.py", "picture_create"): (
        "walls:picture-create",
        [{"markdown": str, "id": str}, {"error": str, "help": str}],
    ),
    ("notifications/views/inbox.py", "inbox_count"): ("notifications:inbox-count", [{"unread": int}]),
    ("intranet/installed.py", "manifest"): "tests/frame/test_installed.py: a file for browsers, the same for everybody",
    ("intranet/probes.py", "ready"): "tests/intranet/test_probe.py: no page, and asked by machines",
}
METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
TYPES = (
    "application/json",
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/x-www-form-urlencoded",
    "\u00e9",
)
#: what a schema's checks would send besides: wrong kinds, edges, other languages of data
BODIES = (
    b"",
    b"{}",
    b"[]",
    b"null",
    b'{"picture": 1}',
    b"--x\r\n\r\n--x--",
    b"picture=%00",
    b"\xff\xfe",
    b"<a/>",
    b"1" * 5000,
)


def made_in_json() -> set[tuple[str, str]]:
    """Every function of ours that makes an answer in JSON."""
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for function in ast.walk(ast.parse(path.read_text())):
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
                    said = {node.value for node in ast.walk(function) if isinstance(node, ast.Constant)}
                    if "JsonResponse" in names or said & {"application/json", b"application/json"}:
                        found.add((str(path.relative_to(ROOT)), function.name))
    return found


def is_of(forms: list[dict[str, type]], said: object) -> bool:
    """Whether ``said`` is exactly of one of these forms."""
    return any(
        isinstance(said, dict) and said.keys() == form.keys() and all(type(said[name]) is form[name] for name in form)
        for form in forms
    )


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def wrong(answer, forms) -> str:
    """What is not as it should be in an answer; "" for a good one."""
    if answer.status_code >= 500:
        return f"failed with {answer.status_code}"
    if "no-store" not in answer.headers.get("Cache-Control", ""):
        return "may be kept"
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        said = json.loads(answer.content, parse_constant=_refuse)
        return "" if is_of(forms, said) else f"another form: {said}"
    return "" if answer.status_code >= 300 else f"no JSON: {answer.status_code}"


def test_every_answer_in_json_is_listed():
    assert made_in_json() == set(FORMS)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(METHODS), body=st.sampled_from(BODIES) | st.binary(max_size=60), kind=st.sampled_from(TYPES),
    query=st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3), is_signed_in=st.booleans(),
)  # fmt: skip
def test_every_answer_in_json_is_of_its_form_whatever_is_asked(house, method, body, kind, query, is_signed_in):
    client = Client(raise_request_exception=False)
    if is_signed_in:
        client.force_login(house.member)
    for name, forms in (line for line in FORMS.values() if not isinstance(line, str)):
        asked = house.addresses[name] + "?" + "&".join(f"{one}={other}" for one, other in _sendable(query))
        if method in ("get", "head", "trace"):
            answer = getattr(client, method)(asked)
        else:
            answer = getattr(client, method)(asked, body, content_type=kind)
        is_empty = method == "head" or (method == "options" and answer.status_code == 200)
        assert is_empty or not (found := wrong(answer, forms)), (name, found)


def _sendable(query: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (quote(one.encode("utf-8", "replace")), quote(other.encode("utf-8", "replace"))) for one, other in query.items()
    ]


def test_the_forms_are_those_of_good_answers_too(house):
    client = Client()
    client.force_login(house.member)
    taken = client.post("/pictures/", {"picture": SimpleUploadedFile("a.png", drawn())})
    refused = client.post("/pictures/", {"picture": SimpleUploadedFile("a.png", b"x")})
    count = client.get(house.addresses["notifications:inbox-count"])
    pictures, counts = (
        FORMS["walls/views/pictures.py", "picture_create"][1],
        FORMS["notifications/views/inbox.py", "inbox_count"][1],
    )
    assert [taken.status_code, refused.status_code, count.status_code] == [200, 422, 200]
    assert is_of(pictures, taken.json()) and is_of(pictures, refused.json()) and is_of(counts, count.json())
