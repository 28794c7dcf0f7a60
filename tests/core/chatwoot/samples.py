"""The Chatwoot samples of tests/samples/chatwoot, read whole."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2] / "samples" / "chatwoot"
EVENTS = sorted(path.parent.name for path in ROOT.glob("*/body"))
VECTORS: list[dict[str, Any]] = json.loads((ROOT / "signature_vectors.json").read_text())["vectors"]
SECRET = "whsec-fixture-8Zr2kQ"


def body(name: str) -> bytes:
    return (ROOT / name / "body").read_bytes()


def headers(name: str) -> dict[str, str]:
    return dict(json.loads((ROOT / name / "headers.json").read_text()))


def tree(name: str) -> Any:
    return json.loads(body(name))
