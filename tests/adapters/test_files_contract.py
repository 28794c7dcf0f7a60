"""One contract for the file store: memory and the bucket keep, give and hand out files alike."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from ponte.media.limits import CHUNK_BYTES, PART_BYTES
from ponte.media.store import FileStore, NotKept, StoreFailed
from ponte.runtime.arriving import FileRefused
from ponte.storage.files import S3Files
from sandbox.emulator import Emulator
from sandbox.memory.files import MemoryFiles
from sandbox.settings import ACCOUNT, REGION
from tests import files

BUCKET = "files-contract"


@pytest.fixture(scope="module")
def s3(emulator: Emulator) -> Any:
    make: Any = boto3.client
    client = make(
        "s3",
        endpoint_url=emulator.url,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",
        config=Config(signature_version="s3v4"),
    )
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


@pytest.fixture(params=["memory", "bucket"])
def store(request: pytest.FixtureRequest) -> FileStore:
    if request.param == "memory":
        return MemoryFiles()
    return S3Files(request.getfixturevalue("s3"), BUCKET)


def chunks(data: bytes) -> Iterator[bytes]:
    return (data[start : start + CHUNK_BYTES] for start in range(0, len(data), CHUNK_BYTES))


def whole(store: FileStore, key: str) -> bytes:
    with store.read(key) as found:
        return b"".join(found)


@pytest.mark.parametrize(
    "size",
    [1, CHUNK_BYTES, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES, 12_345_678],
    ids=["byte", "chunk", "under a part", "part", "over a part", "two parts", "three parts"],
)
def test_a_file_comes_back_as_it_was_kept(store: FileStore, size: int) -> None:
    data = files.noise(size)
    store.keep(f"media/{size}", chunks(data), "video/mp4", "attachment")
    assert files.sha256(whole(store, f"media/{size}")) == files.sha256(data)


def test_a_file_kept_again_is_the_newer_one(store: FileStore) -> None:
    store.keep("media/again", [b"old"], "text/plain", "attachment")
    store.keep("media/again", [b"new"], "text/plain", "attachment")
    assert whole(store, "media/again") == b"new"


@pytest.mark.parametrize("size", [10, 2 * PART_BYTES], ids=["small", "in parts"])
@pytest.mark.parametrize("refusal", [FileRefused("damaged"), KeyboardInterrupt()], ids=["refused", "interrupted"])
def test_a_file_that_turns_out_wrong_is_not_kept(store: FileStore, size: int, refusal: BaseException) -> None:
    def wrong() -> Iterator[bytes]:
        yield from chunks(files.noise(size))
        raise refusal

    with pytest.raises(type(refusal)):
        store.keep(f"media/wrong-{size}", wrong(), "video/mp4", "attachment")
    with pytest.raises(NotKept), store.read(f"media/wrong-{size}"):
        pass


def test_an_unknown_file_is_not_kept(store: FileStore) -> None:
    with pytest.raises(NotKept), store.read("media/nowhere"):
        pass


def test_nothing_of_a_refused_upload_is_left_in_the_bucket(s3: Any) -> None:
    def wrong() -> Iterator[bytes]:
        yield from chunks(files.noise(2 * PART_BYTES))
        raise FileRefused("damaged")

    with pytest.raises(FileRefused):
        S3Files(s3, BUCKET).keep("media/left", wrong(), "video/mp4", "attachment")
    assert s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []


def test_a_link_gives_the_file_to_anybody_with_its_headers(s3: Any) -> None:
    store = S3Files(s3, BUCKET)
    store.keep("media/linked", [b"abc"], "image/png", "attachment; filename*=UTF-8''a.png")
    answer = httpx.get(store.link("media/linked", 60), trust_env=False)
    assert (answer.status_code, answer.content) == (200, b"abc")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''a.png"


@pytest.mark.parametrize(
    "bend",
    [
        lambda url: url.partition("?")[0],
        lambda url: url.replace("media/linked", "media/other"),
        lambda url: url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
    ],
    ids=["unsigned", "another file", "longer life"],
)
def test_a_link_is_good_for_its_file_and_time_alone(s3: Any, bend: Callable[[str], str]) -> None:
    store = S3Files(s3, BUCKET)
    for key in ("media/linked", "media/other"):
        store.keep(key, [b"abc"], "image/png", "attachment")
    assert httpx.get(bend(store.link("media/linked", 60)), trust_env=False).status_code == 403


def test_a_store_that_is_away_says_so() -> None:
    make: Any = boto3.client
    client = make(
        "s3",
        endpoint_url="http://127.0.0.1:9",
        region_name=REGION,
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=1),
    )
    store = S3Files(client, BUCKET)
    with pytest.raises(StoreFailed):
        store.keep("media/x", [b"abc"], "image/png", "attachment")
    with pytest.raises(StoreFailed), store.read("media/x"):
        pass
