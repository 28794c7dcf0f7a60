"""One contract for the bucket: the simulation's in memory and S3 (on the emulator) both pass it."""

import uuid
from typing import Any

import pytest

from ponte.storage.s3 import S3Store
from sandbox.memory.objects import MemoryStore


@pytest.fixture(scope="module")
def bucket(s3: Any) -> str:
    name = f"contract-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    return name


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return MemoryStore()
    return S3Store(request.getfixturevalue("s3"), request.getfixturevalue("bucket"))


@pytest.fixture
def prefix() -> str:
    return f"spill/{uuid.uuid4().hex}/"


def test_what_was_put_is_got(store: Any, prefix: str) -> None:
    body = b'{"a": "\\u00e7"}\x00\xff'
    store.put(prefix + "1.json", body)
    assert store.get(prefix + "1.json") == body


def test_a_second_put_replaces_the_first(store: Any, prefix: str) -> None:
    store.put(prefix + "1.json", b"1")
    store.put(prefix + "1.json", b"2")
    assert store.get(prefix + "1.json") == b"2"
    assert list(store.keys(prefix)) == [prefix + "1.json"]


def test_keys_come_in_ascending_order_under_their_prefix_alone(store: Any, prefix: str) -> None:
    for name in ("0000000000002-b", "0000000000001-z", "0000000000002-a"):
        store.put(prefix + name, b"x")
    store.put("claim/" + uuid.uuid4().hex, b"x")
    wanted = ["0000000000001-z", "0000000000002-a", "0000000000002-b"]
    assert list(store.keys(prefix)) == [prefix + name for name in wanted]


def test_a_deleted_object_is_gone_and_deleting_it_again_is_harmless(store: Any, prefix: str) -> None:
    store.put(prefix + "1", b"x")
    store.delete(prefix + "1")
    store.delete(prefix + "1")
    assert list(store.keys(prefix)) == []
    with pytest.raises(KeyError):
        store.get(prefix + "1")
