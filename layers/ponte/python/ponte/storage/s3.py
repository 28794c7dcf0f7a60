"""Objects of the one bucket: spilled queue entries and claim checks. Small ones; media has its own way."""

from collections.abc import Iterator
from typing import Any


class S3Store:
    """client: boto3's s3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/json")

    def get(self, key: str) -> bytes:
        """Raises KeyError where there is no such object (any more); other errors of S3 pass through."""
        try:
            body: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey as error:
            raise KeyError(key) from error
        return body

    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys under `prefix` in ascending order."""
        start: dict[str, str] = {}
        while True:
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix, **start)
            for entry in answer.get("Contents", []):
                yield str(entry["Key"])
            if not answer.get("IsTruncated"):
                return
            start = {"ContinuationToken": answer["NextContinuationToken"]}
