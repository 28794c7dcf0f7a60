"""Zips for the emulator: what is in them, and that unchanged folders give the same bytes."""

import io
import sys
import zipfile
from pathlib import Path

import pytest

from sandbox import package

PYTHON = Path(sys.executable)


def names(content: bytes) -> set[str]:
    return set(zipfile.ZipFile(io.BytesIO(content)).namelist())


@pytest.fixture
def function(tmp_path: Path) -> Path:
    folder = tmp_path / "functions" / "door"
    folder.mkdir(parents=True)
    (folder / "app.py").write_text("def handler(event, context):\n    return 1\n", encoding="utf-8")
    return folder


def test_a_function_lies_at_the_root_with_its_byte_code(function: Path, tmp_path: Path) -> None:
    found = names(package.build(function, PYTHON, tmp_path / "cache"))
    assert "app.py" in found
    assert any(name.startswith("__pycache__/app.") and name.endswith(".pyc") for name in found)


def test_a_package_layer_gets_the_python_level(tmp_path: Path) -> None:
    folder = tmp_path / "layers" / "ponte" / "python"
    (folder / "ponte").mkdir(parents=True)
    (folder / "ponte" / "__init__.py").write_text("", encoding="utf-8")
    assert "python/ponte/__init__.py" in names(package.build(folder, PYTHON, tmp_path / "cache"))


def test_an_unchanged_folder_gives_the_same_bytes(function: Path, tmp_path: Path) -> None:
    first = package.build(function, PYTHON, tmp_path / "cache")
    assert package.build(function, PYTHON, tmp_path / "cache") == first


def test_a_changed_file_gives_other_bytes(function: Path, tmp_path: Path) -> None:
    first = package.build(function, PYTHON, tmp_path / "cache")
    (function / "app.py").write_text("def handler(event, context):\n    return 2\n", encoding="utf-8")
    assert package.build(function, PYTHON, tmp_path / "cache") != first


def test_stale_byte_code_of_the_checkout_is_left_out(function: Path, tmp_path: Path) -> None:
    (function / "__pycache__").mkdir()
    (function / "__pycache__" / "gone.cpython-313.pyc").write_bytes(b"old")
    assert not any("gone" in name for name in names(package.build(function, PYTHON, tmp_path / "cache")))


def test_a_half_made_folder_never_stays_in_the_cache(function: Path, tmp_path: Path) -> None:
    package.build(function, PYTHON, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("making-*"))


def test_a_missing_folder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(package.PackagingError, match="nowhere"):
        package.build(tmp_path / "nowhere", PYTHON, tmp_path / "cache")
