"""Speed and behaviour beside named peers, in one run. Never part of the tests."""
