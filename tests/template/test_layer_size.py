"""build_tools/layer_size.py: what it must find wrong with a built layer."""

import importlib.util
import os
import py_compile
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def check(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("layer_size", root / "build_tools/layer_size.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compiled(folder: Path, mode: py_compile.PycInvalidationMode) -> Path:
    source = folder / "module.py"
    source.write_text("x = 1\n", encoding="utf-8")
    target = folder / "module.pyc"
    py_compile.compile(str(source), str(target), invalidation_mode=mode)
    source.unlink()
    return target


def test_unchecked_hash_byte_code_passes(check: ModuleType, tmp_path: Path) -> None:
    compiled(tmp_path, py_compile.PycInvalidationMode.UNCHECKED_HASH)
    assert list(check.faults(tmp_path)) == []


@pytest.mark.parametrize("mode", ["TIMESTAMP", "CHECKED_HASH"])
def test_byte_code_that_is_compared_with_its_source_is_a_fault(mode: str, check: ModuleType, tmp_path: Path) -> None:
    path = compiled(tmp_path, py_compile.PycInvalidationMode[mode])
    assert list(check.faults(tmp_path)) == [f"{path}: not unchecked-hash"]


def test_byte_code_of_another_python_is_a_fault(check: ModuleType, tmp_path: Path) -> None:
    path = compiled(tmp_path, py_compile.PycInvalidationMode.UNCHECKED_HASH)
    path.write_bytes(b"\0\0\0\0" + path.read_bytes()[4:])
    assert list(check.faults(tmp_path)) == [f"{path}: made by another Python"]


def test_a_layer_without_byte_code_is_a_fault(check: ModuleType, tmp_path: Path) -> None:
    assert list(check.faults(tmp_path)) == [f"no byte code in {tmp_path}"]


def test_a_layer_over_the_limit_is_a_fault(check: ModuleType, tmp_path: Path) -> None:
    compiled(tmp_path, py_compile.PycInvalidationMode.UNCHECKED_HASH)
    (tmp_path / "large.bin").write_bytes(os.urandom(check.LIMIT_BYTES + 1))
    (fault,) = check.faults(tmp_path)
    assert "zipped, the limit is" in fault
