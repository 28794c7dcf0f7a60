"""Chatwoot: people and talk of an account as values, calls, answers, webhooks. Words: docs/glossary.md, "contact"."""
