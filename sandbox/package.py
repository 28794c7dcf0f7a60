"""Functions and layers as zip files for the emulator, built only when something in them changed.

Modules are shipped compiled (`unchecked-hash`, so that a copied file's time does not matter): a function process
unpacks its layers anew each time it starts, and would compile everything again. Third-party packages go to a folder
named after the hash of their requirements in `build/`, which all sandboxes of a checkout share.
"""

import compileall
import hashlib
import io
import os
import py_compile
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from sandbox.settings import ROOT

_EPOCH = (1980, 1, 1, 0, 0, 0)
_IGNORED = ("__pycache__", ".mypy_cache", ".ruff_cache")


class PackagingError(Exception):
    """A zip could not be built; the text says why, in Portuguese."""


def build(folder: Path, emulator_python: Path, cache: Path) -> bytes:
    """The zip of one CodeUri or ContentUri.

    A folder with a requirements.txt and no code is a layer of third-party packages; one called `python` holds a package
    and is a layer too, with the `python/` level that SAM would add; anything else is a function.
    emulator_python: whose byte code is made and for which packages are chosen. Raises PackagingError.
    """
    if not folder.is_dir():
        raise PackagingError(f"A pasta {folder} do template não existe.")
    requirements = folder / "requirements.txt"
    is_code = any(folder.rglob("*.py"))
    if requirements.exists() and not is_code:
        return _zip(_installed(requirements, emulator_python), prefix="python")
    prefix = "python" if folder.name == "python" else ""
    return _zip(_compiled(folder, cache), prefix)


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:20]


def _sources(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sorted(path for path in found if not any(part in _IGNORED for part in path.relative_to(folder).parts))


def _compiled(folder: Path, cache: Path) -> Path:
    """A copy of the folder with byte code beside its modules; kept until a file changes."""
    sources = _sources(folder)
    stamp = _digest(*(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() for path in sources))
    target = cache / stamp
    if target.exists():
        return target
    with _Staging(cache) as staging:
        for path in sources:
            copy = staging / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        compileall.compile_dir(staging, quiet=2, stripdir=str(staging), invalidation_mode=_MODE)
        return _settle(staging, target)


_MODE = py_compile.PycInvalidationMode.UNCHECKED_HASH


def _installed(requirements: Path, emulator_python: Path) -> Path:
    """The folder with the pinned packages; downloaded once for each content of the file. Raises PackagingError."""
    cache = ROOT / "build" / "sandbox-dependencies"
    target = cache / _digest(requirements.read_bytes(), str(emulator_python).encode())
    if target.exists():
        return target
    with _Staging(cache) as staging:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
        command = [str(emulator_python), "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check"]
        command += ["--root-user-action", "ignore", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
        command += ["--no-compile", "--target", str(staging), "-r", str(requirements)]
        kept = {k: v for k, v in os.environ.items() if k in ("PIP_INDEX_URL", "PIP_CERT", "PIP_EXTRA_INDEX_URL")}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment | kept)
        if done.returncode:
            raise PackagingError(f"O pip não instalou as dependências das funções:\n{done.stderr[-2000:]}")
        shutil.rmtree(staging / "bin", ignore_errors=True)
        compileall.compile_dir(staging, quiet=2, stripdir=str(staging), invalidation_mode=_MODE)
        return _settle(staging, target)


class _Staging:
    """A folder inside the cache that is gone at the end unless `_settle` gave it its name."""

    def __init__(self, cache: Path) -> None:
        cache.mkdir(parents=True, exist_ok=True)
        self._path = Path(tempfile.mkdtemp(prefix="making-", dir=cache))

    def __enter__(self) -> Path:
        return self._path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._path, ignore_errors=True)


def _settle(staging: Path, target: Path) -> Path:
    """Two sandboxes that build the same thing at once both succeed: the second finds the first one's folder."""
    try:
        staging.rename(target)
    except OSError:
        if not target.exists():
            raise
    return target


def _zip(folder: Path, prefix: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = str(PurePosixPath(prefix, path.relative_to(folder).as_posix()))
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o100644 << 16
            archive.writestr(info, path.read_bytes())
    return buffer.getvalue()
