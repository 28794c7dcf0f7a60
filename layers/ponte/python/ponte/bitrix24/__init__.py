"""Bitrix24: open-channel connector events and REST calls as values. What is spoken here: docs/glossary.md, "portal"."""
