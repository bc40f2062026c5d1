"""S3-compatible storage that runs in this process (moto's server): over HTTP, with versions and signatures' form."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from kit.blobs import Bucket
from kit.blobs.bucket import bucket_of
from kit.blobs.stores import address


@dataclass(frozen=True)
class Storage:
    """A storage at ``http://127.0.0.1:port``."""

    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def new_bucket(self, *, has_versions: bool = True) -> str:
        """What PARVIS_BUCKET is for a bucket of one's own."""
        url = f"http://key:secret@127.0.0.1:{self.port}/{secrets.token_hex(6)}"
        bucket = bucket_of(url)
        bucket.client().create_bucket(Bucket=bucket.name)
        if has_versions:
            bucket.client().put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
        return url


@contextlib.contextmanager
def running() -> Iterator[Storage]:
    """The storage, until the block ends."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield Storage(server.get_host_and_port()[1])
    finally:
        server.stop()


def set_written(bucket: Bucket, name: str, moment: dt.datetime) -> None:
    """As if every version had been put at ``moment``: no storage lets a client say so, hence from inside."""
    from moto.backends import get_backend

    kept = get_backend("s3")["123456789012"]["aws"].buckets[bucket.name].keys
    for version in kept.getlist(address(name)):
        version.last_modified = moment.replace(tzinfo=None)
