"""What Ponte writes into operators' chats can be told from what operators write."""

import pytest

from ponte.texts.notices import SIGNS, TEXTS
from ponte.texts.whatsapp_lines import TEXTS as LINES

SYSTEM = ("number_changed", "number_changed_silently", "identity_changed", "system")
OURS = TEXTS | {f"line.whatsapp.{name}": LINES[f"line.whatsapp.{name}"] for name in SYSTEM}


@pytest.mark.parametrize("key", sorted(OURS))
def test_every_notice_begins_with_a_sign(key: str) -> None:
    assert [lang for lang, sentence in OURS[key].items() if not sentence.startswith(SIGNS)] == []
