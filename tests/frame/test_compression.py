"""Pages go out compressed, and their length says little."""

import gzip

from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from intranet.compression import compressed_pages

TEXT = "<p>the same words again</p>" * 200


def answer(response, accepts="gzip, br"):
    return compressed_pages(lambda request: response)(RequestFactory().get("/", HTTP_ACCEPT_ENCODING=accepts))


def test_a_page_is_compressed_and_reads_the_same():
    response = answer(HttpResponse(TEXT))
    assert response["Content-Encoding"] == "gzip" and len(response.content) < len(TEXT) / 5
    assert gzip.decompress(response.content).decode() == TEXT
    assert "Accept-Encoding" in response["Vary"]


def test_its_length_is_blurred():
    assert len({len(answer(HttpResponse(TEXT)).content) for _ in range(20)}) > 3


def test_a_browser_that_takes_no_compression_gets_none():
    assert not answer(HttpResponse(TEXT), accepts="identity").has_header("Content-Encoding")


def test_pictures_and_streams_go_as_they_are():
    assert not answer(HttpResponse(b"x" * 5000, content_type="image/webp")).has_header("Content-Encoding")
    assert not answer(StreamingHttpResponse([TEXT])).has_header("Content-Encoding")
