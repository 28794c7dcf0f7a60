"""docs/coverage.md says what really happens: it is written by running the samples, and must be as they are now."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def coverage() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_page", ROOT / "build_tools/coverage_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["coverage_page"] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_samples_do_now(coverage: ModuleType) -> None:
    """Stale? `.venv/bin/python build_tools/coverage_page.py` writes it anew; read the difference before you keep it."""
    assert coverage.page() == (ROOT / "docs/coverage.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("platform", ["whatsapp", "bitrix24"])
def test_every_event_sample_has_one_row(coverage: ModuleType, platform: str) -> None:
    samples = {path.parent.name for path in (ROOT / "tests/samples" / platform).glob("*/body")}
    assert sorted(row.sample for row in coverage.rows(platform)) == sorted(samples - coverage.NOT_EVENTS)


CUSTOMERS = {
    *("text", "image", "video", "audio", "document", "sticker", "location", "contacts", "button", "order", "reaction"),
    *(f"interactive {kind}" for kind in ("button_reply", "list_reply", "nfm_reply", "call_permission_reply")),
    *("system user_changed_number", "system user_changed_user_id", "unsupported", "edit", "revoke", "request_welcome"),
    *("echo text", "echo edit", "echo revoke", "calls", "user_preferences", "errors", "history", "user_actions"),
    *(f"status {word}" for word in ("sent", "delivered", "read", "played", "failed")),
    *("account_update", "account_alerts", "phone_number_quality_update", "group_participants_update"),
    *("message_template_status_update", "message_template_quality_update", "template_category_update"),
}
OPERATORS = {"text", "image", "video", "audio", "document", "sticker", "interactive", "template", "reaction"}


def test_every_type_of_either_side_has_a_row(coverage: ModuleType) -> None:
    assert CUSTOMERS - {row.type for row in coverage.rows("whatsapp")} == set()
    sent = " ".join(row.shows for row in coverage.rows("bitrix24"))
    assert {kind for kind in OPERATORS if f"WhatsApp {kind}: " not in sent} == set()


def test_every_message_of_a_customer_is_shown_but_those_that_say_nothing(coverage: ModuleType) -> None:
    unseen = {row.sample for row in coverage.rows("whatsapp") if row.shows == "-" and row.kept.startswith("SKIPPED")}
    assert unseen == {"request_welcome", "calls_connect", "calls_by_business"}
