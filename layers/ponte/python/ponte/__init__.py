"""Ponte: WhatsApp <-> Bitrix24 and Zattar <-> Chatwoot, every message accounted for."""
