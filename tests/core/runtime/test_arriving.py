"""What is checked of a file while it streams by."""

import hashlib
from collections.abc import Iterator

import pytest

from ponte.errors import FateUnknown
from ponte.media.limits import CHUNK_BYTES, MAX_BYTES
from ponte.runtime.arriving import FileRefused, Inspected
from tests import files

DATA = files.jpeg(200_000)
DIGEST = hashlib.sha256(DATA).digest()


def chunks(data: bytes, size: int = 1000) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 7, 4096, 65536, 1_000_000])
def test_a_right_file_passes_byte_by_byte_whatever_its_chunks(size: int) -> None:
    body = Inspected(chunks(DATA[:5_000], size), "image/jpeg", 5_000, (hashlib.sha256(DATA[:5_000]).digest(),))
    assert b"".join(body) == DATA[:5_000]
    assert (body.mime, body.size) == ("image/jpeg", 5_000)


@pytest.mark.parametrize(
    ("data", "declared", "size", "digests", "code"),
    [
        (DATA, "image/jpeg", len(DATA) - 1, (), "damaged"),
        (DATA, "image/jpeg", None, (bytes(32),), "damaged"),
        (DATA, "image/jpeg", None, (DIGEST, bytes(32)), "damaged"),
        (DATA, "image/jpeg", MAX_BYTES + 1, (), "too_big"),
        (b"", "image/jpeg", None, (), "empty"),
        (b"", "image/jpeg", 0, (), "empty"),
        (files.HTML, "image/jpeg", None, (), "disguised"),
        (files.programme(), "application/pdf", None, (), "disguised"),
    ],
    ids=["longer", "other digest", "one of two digests", "announced big", "empty", "of size 0", "page", "programme"],
)
def test_a_wrong_file_never_passes_whole(
    data: bytes, declared: str, size: int | None, digests: tuple[bytes, ...], code: str
) -> None:
    passed = b""
    with pytest.raises(FileRefused) as refusal:
        for chunk in Inspected(chunks(data), declared, size, digests):
            passed += chunk
    assert refusal.value.code == code
    assert passed == b"" or len(passed) < len(data)


@pytest.mark.parametrize("announced", [len(DATA) - 1, len(DATA) + 1])
def test_a_digest_that_is_right_outweighs_a_wrong_size(announced: int) -> None:
    assert b"".join(Inspected(chunks(DATA), "image/jpeg", announced, (DIGEST,))) == DATA


def test_a_file_that_ends_early_may_come_whole_another_time() -> None:
    with pytest.raises(FateUnknown) as error:
        list(Inspected(chunks(DATA), "image/jpeg", len(DATA) + 1))
    assert error.value.code == "ended_early"


def test_a_file_without_an_announced_size_is_cut_off_at_the_limit() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += CHUNK_BYTES
            yield bytes(CHUNK_BYTES)

    with pytest.raises(FileRefused) as refusal:
        for _ in Inspected(endless(), "application/pdf"):
            pass
    assert refusal.value.code == "too_big"
    assert taken <= MAX_BYTES + CHUNK_BYTES


def test_digests_nobody_told_are_not_compared() -> None:
    assert b"".join(Inspected(chunks(DATA), "image/jpeg", None, (b"", b""))) == DATA
