"""When a customer's message counts for the 24-hour window."""

import pytest

from ponte.runtime.whatsapp_events import written_ms

NOW = 1_800_000_000_000
DAY = 24 * 3600


@pytest.mark.parametrize(
    ("days_late", "by_meta"), [(0, True), (2, True), (7, True), (7.9, True), (8, False), (400, False)]
)
def test_a_late_webhook_counts_by_metas_clock_unless_it_is_older_than_any_redelivery(
    days_late: float, by_meta: bool
) -> None:
    sent_at = NOW // 1000 - round(days_late * DAY)
    assert written_ms(sent_at, NOW) == (sent_at * 1000 if by_meta else NOW)


def test_a_message_without_a_time_counts_from_its_receipt() -> None:
    assert written_ms(0, NOW) == NOW
