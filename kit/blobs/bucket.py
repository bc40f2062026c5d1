"""Bytes in a bucket of S3-compatible storage, under the same names as in a folder.

Buckets have no rename that would tell an old file from one that is put in this very moment. With *versioning* they keep
both, and a version is taken away by its own number: that is what sweeping needs. Without it nothing is swept.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from kit.blobs.stores import StoreAway, address

if TYPE_CHECKING:
    from botocore.client import BaseClient

NOTES = "unused.json"
#: seconds for which nginx may fetch what it was told to send
SIGNED_FOR = 60
_MISSING = ("404", "NoSuchKey", "NotFound")


@dataclass(frozen=True, slots=True)
class Bucket:
    """A :class:`kit.blobs.stores.Store` in ``name`` at ``endpoint`` (``https://host[:port]``)."""

    endpoint: str
    name: str
    region: str
    key: str
    secret: str
    accel_location: ClassVar[str] = "/_bucket"

    def client(self) -> BaseClient:
        """One for this process and all its threads."""
        return _client(self.endpoint, self.region, self.key, self.secret, os.getpid())

    def put(self, name: str, content: bytes) -> None:
        """Always sent: the new version is young, the one before it goes with the next sweep."""
        with _away():
            self.client().put_object(Bucket=self.name, Key=address(name), Body=content)

    def get(self, name: str) -> bytes:
        with _away():
            return bytes(self.client().get_object(Bucket=self.name, Key=address(name))["Body"].read())

    def has(self, name: str) -> bool:
        try:
            with _away():
                self.client().head_object(Bucket=self.name, Key=address(name))
        except FileNotFoundError:
            try:
                with _away():
                    self.client().head_bucket(Bucket=self.name)
            except FileNotFoundError as error:
                raise StoreAway("there is no such bucket") from error
            return False
        return True

    def accel_address(self, name: str) -> str:
        """Path and signature, below ``/_bucket``. Nobody asks the bucket here: nginx finds out, and says 404."""
        url = self.client().generate_presigned_url(
            "get_object", Params={"Bucket": self.name, "Key": address(name)}, ExpiresIn=SIGNED_FOR
        )
        return self.accel_location + url.removeprefix(self.endpoint)

    def written(self) -> Iterator[tuple[str, float]]:
        with _away():
            for page in self.client().get_paginator("list_objects_v2").paginate(Bucket=self.name):
                for found in page.get("Contents", ()):
                    name = found["Key"].rpartition("/")[2]
                    if found["Key"] != NOTES and len(name) == 64:
                        yield name, found["LastModified"].timestamp()

    def may_remove(self) -> bool:
        with _away():
            return bool(self.client().get_bucket_versioning(Bucket=self.name).get("Status") == "Enabled")

    def remove(self, name: str, before: float) -> bool:
        """Version by version: one that is put meanwhile stays, and is then the file."""
        with _away():
            versions = list(self._versions(name))
            if any(version["LastModified"].timestamp() >= before for version in versions):
                return False
            for version in versions:
                self.client().delete_object(Bucket=self.name, Key=address(name), VersionId=version["VersionId"])
        return bool(versions)

    def _versions(self, name: str) -> Iterator[dict[str, Any]]:
        pages = self.client().get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=address(name))
        for page in pages:
            yield from (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))

    def tidy(self, before: float) -> None:
        """Nothing: a put is whole or is not there."""

    def notes(self) -> bytes:
        try:
            with _away():
                return bytes(self.client().get_object(Bucket=self.name, Key=NOTES)["Body"].read())
        except FileNotFoundError:
            return b""

    def keep_notes(self, content: bytes) -> None:
        with _away():
            self.client().put_object(Bucket=self.name, Key=NOTES, Body=content)


@functools.cache
def bucket_of(url: str) -> Bucket:
    """The bucket named by ``https://key:secret@host[:port]/bucket?region=…`` (us-east-1 without). ValueError."""
    parts = urlsplit(url)
    name = parts.path.strip("/")
    if parts.scheme not in ("http", "https") or not parts.hostname or not name or "/" in name:
        raise ValueError("it names no bucket at a server")
    if not (parts.username and parts.password):
        raise ValueError("it holds no key and secret")
    return Bucket(
        endpoint=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        name=name,
        region=parse_qs(parts.query).get("region", ["us-east-1"])[0],
        key=unquote(parts.username),
        secret=unquote(parts.password),
    )


@functools.cache
def _client(endpoint: str, region: str, key: str, secret: str, pid: int) -> BaseClient:
    import boto3
    from botocore.config import Config

    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(
            signature_version="s3v4",
            connect_timeout=2,
            read_timeout=10,
            retries={"mode": "standard", "total_max_attempts": 2},
            max_pool_connections=20,
            # Not every compatible storage knows the newer checksums; the name of a file is its checksum.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"},
        ),
    )


@contextlib.contextmanager
def _away() -> Iterator[None]:
    """What the library raises, in the words of a store."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            raise FileNotFoundError("There is no such file.") from error
        raise StoreAway(f"the bucket answers {code}") from error
    except BotoCoreError as error:
        raise StoreAway(f"the bucket can't be reached: {type(error).__name__}") from error
