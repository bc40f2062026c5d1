"""A picture in a bucket: the rule is asked, nginx fetches and sends it, the storage learns nothing of who asks."""

from __future__ import annotations

import contextlib
import io
import socket
import subprocess
import time

import pytest
import requests
from django.test import Client
from PIL import Image

from kit import blobs
from tests.deploy.test_lint import Site, tool, whole_configuration
from tests.intranet.servers import free_port
from walls import services as walls
from walls.models import Picture

pytestmark = pytest.mark.django_db(transaction=True)


@contextlib.contextmanager
def nginx(site: Site, folder, port: int):
    """The site, served by nginx with every file of it in ``folder``."""
    whole = folder / "nginx.conf"
    whole.write_text(whole_configuration(site.rendered(), folder=folder, pid=folder / "nginx.pid", user=""))
    with subprocess.Popen([tool("nginx"), "-c", whole, "-p", folder, "-e", "stderr"]) as server:
        try:
            for _ in range(200):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture
def front(cast, live_server, storage, settings, tmp_path):
    """A picture in a post of the hidden group, nginx's address before it, and what the storage was sent."""
    settings.BUCKET, settings.ACCEL = storage.new_bucket(), True
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(file, "PNG")
    kept = walls.add_picture(uploader=cast.manager, content=file.getvalue())
    walls.post_thread(author=cast.manager, spaces=cast.spaces["hidden"], source=f"![plan](picture:{kept.public_id})")
    port = free_port()
    site = Site(
        names=["127.0.0.1"], nodes=[live_server.url.removeprefix("http://")], data=tmp_path,
        listen=f"127.0.0.1:{port}", error_log="stderr", bucket=storage.endpoint,
    )  # fmt: skip
    with nginx(site, tmp_path, port) as address:
        yield address, Picture.objects.get(pk=kept.pk)


def cookies_of(person) -> dict[str, str]:
    client = Client()
    client.force_login(person)
    return {name: morsel.value for name, morsel in client.cookies.items()}


def test_a_member_gets_the_bytes_under_the_headers_of_the_page_and_nothing_of_the_storages(front, cast):
    address, picture = front
    where, who = f"{address}/pictures/{picture.public_id}/", cookies_of(cast.manager)
    answer = requests.get(where, cookies=who, timeout=10)
    assert answer.status_code == 200 and answer.content == blobs.get(picture.sha256)
    client = Client()
    client.force_login(cast.manager)
    page = client.get(f"/pictures/{picture.public_id}/")
    of_the_page = {name.lower(): value for name, value in page.items()} | {"content-length": str(len(answer.content))}
    del of_the_page["x-accel-redirect"]
    of_nginx = {"date", "server", "connection", "accept-ranges"}
    told = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in of_nginx}
    assert told == of_the_page and told["content-type"] == "image/webp"
    part = requests.get(where, cookies=who, headers={"Range": "bytes=0-9"}, timeout=10)
    assert part.status_code == 206 and part.content == answer.content[:10]
    assert requests.head(where, cookies=who, timeout=10).headers["Content-Length"] == str(len(answer.content))


def test_who_may_not_read_it_gets_nothing_at_this_address_and_neither_does_who_asks_for_the_bucket(front, cast):
    address, picture = front
    outside = requests.get(f"{address}/pictures/{picture.public_id}/", cookies=cookies_of(cast.outsider), timeout=10)
    unknown = requests.get(f"{address}/pictures/{'x' * 26}/", cookies=cookies_of(cast.outsider), timeout=10)
    assert outside.status_code == unknown.status_code == 404
    straight = blobs.store().accel_address(picture.sha256)
    assert requests.get(f"{address}{straight}", cookies=cookies_of(cast.manager), timeout=10).status_code == 404


def test_bytes_that_the_bucket_lost_are_nothing_at_this_address(front, cast):
    address, picture = front
    assert blobs.store().remove(picture.sha256, before=time.time() + 60)
    answer = requests.get(f"{address}/pictures/{picture.public_id}/", cookies=cookies_of(cast.manager), timeout=10)
    assert answer.status_code == 404 and "NoSuchKey" not in answer.text
