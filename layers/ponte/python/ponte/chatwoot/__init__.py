"""Chatwoot: people of an account as values, calls, answers and webhooks. Words: docs/glossary.md, "contact"."""
