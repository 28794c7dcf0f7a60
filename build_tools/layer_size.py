"""Check the built dependency layer: small enough for a quick cold start, and byte code that Lambda can use as it is.

Run after `sam build`: python build_tools/layer_size.py .aws-sam/build/DependenciesLayer
"""

import io
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER
from pathlib import Path

LIMIT_BYTES = 5_000_000
UNCHECKED_HASH = 0b01  # PEP 552: hash-based, and the hash is never compared with a source


def zipped_bytes(folder: Path) -> int:
    """What `sam package` uploads: the folder as a deflated zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(folder))
    return buffer.tell()


def faults(folder: Path) -> Iterator[str]:
    """One sentence for each thing that would make a cold start slower than it should be."""
    compiled = sorted(folder.rglob("*.pyc"))
    if not compiled:
        yield f"no byte code in {folder}"
    for path in compiled:
        header = path.read_bytes()[:8]
        if header[:4] != MAGIC_NUMBER:
            yield f"{path}: made by another Python"
        elif int.from_bytes(header[4:8], "little") != UNCHECKED_HASH:
            yield f"{path}: not unchecked-hash"
    size = zipped_bytes(folder)
    if size > LIMIT_BYTES:
        yield f"{folder}: {size} bytes zipped, the limit is {LIMIT_BYTES}"


def main(folder: Path) -> int:
    found = list(faults(folder))
    for fault in found:
        sys.stderr.write(fault + "\n")
    if not found:
        sys.stdout.write(f"{folder.name}: {zipped_bytes(folder) / 1e6:.2f} MB zipped, byte code unchecked-hash\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
