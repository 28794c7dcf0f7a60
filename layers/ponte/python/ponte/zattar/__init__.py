"""Zattar, the law office's system on Supabase: its people and addresses, its integrations, its database webhooks.

`values` names what is read, `rows` reads it, `requests` asks PostgREST, `errors` and `answers` understand what comes
back, `events` reads database webhooks, `database_webhooks` installs them, `client` is the only I/O. Tables, columns and
constraints as in SinesysTech/zattar-os of 2026-05-07.
"""
