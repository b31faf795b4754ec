"""A store on any S3-compatible server (SeaweedFS, MinIO, Ceph …) through the ``minio`` client.

Owns the objects ``ab/cdef…`` of one bucket: the layout of the folder store, so that one can be copied into the other.
Never changes an object, removes one only by ``erase``, never makes the bucket, never retries: the caller's next run does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from hoso import keys
from hoso.errors import Damaged, HosoError, Misconfigured, Unavailable
from hoso.settings import S3, Settings

__all__ = ["S3Store", "open"]

_NAME = re.compile(r"[0-9a-f]{64}")
_SMALLEST_PART = 5 * 1024 * 1024
_MISSING = {"NoSuchKey", "NoSuchObject"}
_WRONG = {
    "AccessDenied", "AccountProblem", "AllAccessDisabled", "AuthorizationHeaderMalformed", "InvalidAccessKeyId",
    "InvalidBucketName", "NoSuchBucket", "SignatureDoesNotMatch",
}  # fmt: skip


def open(settings: Settings, home: Path) -> S3Store:
    """The store of section ``[s3]``; keys come from the environment variables it names. Raises Misconfigured where
    they or the bucket are missing, Unavailable where the server does not answer."""
    section = settings.s3
    client = Minio(
        section.endpoint,
        access_key=_secret(section.access_key_env),
        secret_key=_secret(section.secret_key_env),
        region=section.region,
        secure=section.secure,
        # The client's own pool tries five times and waits five minutes: a dead server would hang a run.
        http_client=urllib3.PoolManager(
            retries=False, timeout=urllib3.Timeout(connect=section.connect_timeout, read=section.read_timeout)
        ),
    )
    return S3Store(client, section)


class S3Store:
    """Objects of one bucket. One instance a process; the client is not to be shared over a fork."""

    def __init__(self, client: Minio, section: S3) -> None:
        self._client = client
        self._bucket = section.bucket
        self._where = f"s3://{section.bucket} at {section.endpoint}"
        with self._answering("open the store"):
            found = client.bucket_exists(self._bucket)
        if not found:
            raise Misconfigured(f"{self._where}: there is no such bucket; make it, or correct [s3] in settings.toml")

    def put(self, data: bytes) -> str:
        """See :class:`hoso.stores.api.Store`."""
        digest = keys.digest(data)
        if not self.has(digest):
            with self._answering("keep an object"):
                # One request whatever the size: it becomes visible whole, and a killed upload leaves no parts behind.
                self._client.put_object(
                    self._bucket,
                    _object(digest),
                    BytesIO(data),
                    len(data),
                    part_size=max(len(data), _SMALLEST_PART),
                )
        if self._read(digest) != data:
            raise Damaged(
                f"{self._where}: object {_object(digest)} holds other bytes than were put under this digest; "
                "check the server, remove the object, then run again"
            )
        return digest

    def get(self, digest: str) -> bytes:
        """See :class:`hoso.stores.api.Store`."""
        if not _NAME.fullmatch(digest):
            raise Damaged(f"{digest[:80]!r} is no SHA-256 digest, so nothing can be stored under it")
        data = self._read(digest)
        if keys.digest(data) != digest:
            raise Damaged(
                f"{self._where}: the bytes of object {_object(digest)} no longer match their digest; "
                "restore it from a backup"
            )
        return data

    def has(self, digest: str) -> bool:
        """See :class:`hoso.stores.api.Store`."""
        if not _NAME.fullmatch(digest):
            return False
        with self._answering("look for an object"):
            try:
                self._client.stat_object(self._bucket, _object(digest))
            except S3Error as error:
                if error.code in _MISSING:
                    return False
                raise
        return True

    def digests(self) -> Iterator[str]:
        """See :class:`hoso.stores.api.Store`."""
        with self._answering("list the store"):
            for entry in self._client.list_objects(self._bucket, recursive=True):
                name = (entry.object_name or "").replace("/", "", 1)
                if _NAME.fullmatch(name):
                    yield name

    def erase(self, digest: str) -> bool:
        """See :class:`hoso.stores.api.Store`. Where the bucket keeps versions, every one of them goes."""
        there, name = self.has(digest), _object(digest)
        if not _NAME.fullmatch(digest):
            return False
        with self._answering("erase an object"):
            if self._versioned():
                for entry in list(self._client.list_objects(self._bucket, prefix=name, include_version=True)):
                    if entry.object_name == name:
                        self._client.remove_object(self._bucket, name, entry.version_id)
                        there = True
            self._client.remove_object(self._bucket, name)
        return there

    def _versioned(self) -> bool:
        """Whether the bucket keeps, or once kept, versions. Only inside :meth:`_answering`."""
        try:
            return self._client.get_bucket_versioning(self._bucket).status in ("Enabled", "Suspended")
        except S3Error as error:
            if error.code in ("NotImplemented", "MethodNotAllowed"):
                return False
            raise

    def _read(self, digest: str) -> bytes:
        with self._answering("read an object"):
            try:
                answer = self._client.get_object(self._bucket, _object(digest))
            except S3Error as error:
                if error.code in _MISSING:
                    raise Damaged(
                        f"{self._where}: object {_object(digest)} is missing from the store; restore it from a backup"
                    ) from error
                raise
            try:
                return bytes(answer.data)
            finally:
                answer.close()
                answer.release_conn()

    @contextmanager
    def _answering(self, act: str) -> Iterator[None]:
        """Turn what the server or the network says into the error that tells the operator what to do."""
        try:
            yield
        except HosoError:
            raise
        except S3Error as error:
            if error.code in _WRONG:
                raise Misconfigured(
                    f"{self._where}: cannot {act}: {error.code}; correct [s3] in settings.toml and the keys it names"
                ) from error
            raise Unavailable(f"{self._where}: cannot {act}: {error.code}; run again later") from error
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise Unavailable(f"{self._where}: cannot {act}: {type(error).__name__}; run again later") from error


def _object(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:]}"


def _secret(variable: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        raise Misconfigured(f"the environment variable {variable}, named in [s3] of settings.toml, is not set")
    return value
