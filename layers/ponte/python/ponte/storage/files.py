"""Files on their way, in the bucket's media/ folder: put there in parts, handed out by signed links.

A lifecycle rule removes them after a week (template.yaml); an upload that nobody finished, after a day.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ponte.media.limits import CHUNK_BYTES, PART_BYTES
from ponte.media.store import NotKept, StoreFailed

# Who may not list a bucket is told "access denied" for an object that is not there.
_MISSING = frozenset({"NoSuchKey", "NotFound", "404", "AccessDenied", "403"})


class S3Files:
    """A FileStore. client: boto3's s3 client, made for signature version 4 (the only one that all regions take)."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, key: str, chunks: Iterable[bytes], mime: str, disposition: str) -> None:
        """A small file is one put; a bigger one a multipart upload, a part in memory at a time."""
        where: dict[str, Any] = {"Bucket": self._bucket, "Key": key}
        how: dict[str, Any] = {"ContentType": mime, "ContentDisposition": disposition}
        buffer = bytearray()
        upload: _Parts | None = None
        try:
            for chunk in chunks:
                buffer += chunk
                if len(buffer) >= PART_BYTES:
                    upload = upload or _Parts(self._client, where, how)
                    upload.add(buffer)
                    buffer = bytearray()
            if upload is None:
                _called(self._client.put_object, **where, **how, Body=bytes(buffer))
                return
            if buffer:
                upload.add(buffer)
            upload.finish()
        except BaseException:
            if upload is not None:
                upload.abort()
            raise

    @contextmanager
    def read(self, key: str) -> Iterator[Iterator[bytes]]:
        body = _called(self._client.get_object, Bucket=self._bucket, Key=key, missing=_MISSING)["Body"]
        try:
            yield self._chunks(body)
        finally:
            body.close()

    def link(self, key: str, seconds: int) -> str:
        where = {"Bucket": self._bucket, "Key": key}
        signed: str = self._client.generate_presigned_url("get_object", Params=where, ExpiresIn=seconds)
        return signed

    def _chunks(self, body: Any) -> Iterator[bytes]:
        try:
            yield from body.iter_chunks(CHUNK_BYTES)
        except Exception as error:  # botocore's, urllib3's and the socket's own: the store broke off
            raise StoreFailed from error


class _Parts:
    """One multipart upload."""

    def __init__(self, client: Any, where: dict[str, Any], how: dict[str, Any]) -> None:
        self._client = client
        self._where = where
        self._id = str(_called(client.create_multipart_upload, **where, **how)["UploadId"])
        self._done: list[dict[str, Any]] = []

    def add(self, part: bytearray) -> None:
        number = len(self._done) + 1
        answer = _called(self._client.upload_part, **self._where, UploadId=self._id, PartNumber=number, Body=part)
        self._done.append({"ETag": answer["ETag"], "PartNumber": number})

    def finish(self) -> None:
        parts = {"Parts": self._done}
        _called(self._client.complete_multipart_upload, **self._where, UploadId=self._id, MultipartUpload=parts)

    def abort(self) -> None:
        """What fails here is swept by the lifecycle rule."""
        try:
            _called(self._client.abort_multipart_upload, **self._where, UploadId=self._id)
        except StoreFailed:
            return


def _called(call: Callable[..., Any], *, missing: frozenset[str] = frozenset(), **arguments: Any) -> Any:
    """Translates botocore's many kinds of errors; what a caller's iterator raises never passes here.

    missing: S3's codes that mean there is no such object.
    """
    try:
        return call(**arguments)
    except Exception as error:
        answer = getattr(error, "response", None) or {}
        if str(answer.get("Error", {}).get("Code", "")) in missing:
            raise NotKept from error
        raise StoreFailed from error
