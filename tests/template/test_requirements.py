"""Lock files: pinned with hashes, free of addresses, and the layer is built from the runtime's."""

import re
import tomllib
from pathlib import Path

import pytest

LOCKS = ("runtime", "dev", "sandbox")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.M)


def pins(root: Path, name: str) -> dict[str, str]:
    return dict(PIN.findall((root / f"requirements/{name}.txt").read_text(encoding="utf-8")))


def test_the_layer_is_built_from_the_runtime_pins(root: Path) -> None:
    layer = (root / "layers/dependencies/requirements.txt").read_bytes()
    assert layer == (root / "requirements/runtime.txt").read_bytes()


def test_tests_run_with_the_packages_that_lambda_runs_with(root: Path) -> None:
    assert pins(root, "runtime").items() <= pins(root, "dev").items()


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes(name: str, root: Path) -> None:
    text = (root / f"requirements/{name}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text.partition("\n#    make lock\n")[2])
    assert blocks
    assert not [block.split()[0] for block in blocks if "--hash=sha256:" not in block]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_carries_no_address(name: str, root: Path) -> None:
    text = (root / f"requirements/{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", text)


def test_everything_declared_is_pinned(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=\[ ]", line)[0].lower() for line in project["dependencies"]}
    assert declared <= set(pins(root, "runtime"))


def test_boto3_is_the_lambda_runtimes(root: Path) -> None:
    assert not {"boto3", "botocore"} & set(pins(root, "runtime"))
