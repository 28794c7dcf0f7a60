"""cfn-lint on what CloudFormation gets: it sees what a SAM file hides (circles, SnapStart on a wrong runtime)."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.template.conftest import Template

CFN_LINT = Path(sys.executable).with_name("cfn-lint")

# SAM repeats a resource's condition inside it (W1028), and leaves a mapping behind that it has resolved itself (W7001).
SAMS_OWN = ("W1028", "W7001")


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_translated_template_has_no_findings(
    stage: str, translated: Callable[[str], "Template"], tmp_path: Path
) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps(translated(stage).body), encoding="utf-8")
    command = [str(CFN_LINT), "--ignore-checks", *SAMS_OWN, "--regions", "sa-east-1", "--", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own file
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
