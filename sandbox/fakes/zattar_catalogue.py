"""What the tables of Zattar are made of: zattar_schema.json, read once. Columns, constraints and unique indexes."""

import json
from pathlib import Path
from typing import Any

CATALOGUE: dict[str, Any] = json.loads((Path(__file__).parent / "zattar_schema.json").read_text(encoding="utf-8"))
"""{"enums": {name: [values]}, "tables": {name: {"columns": [{"name", "type", "nullable", "default"?, "identity"?}],
"constraints": [{"name", "kind", "def"}], "unique_indexes": [definition]}}}"""
