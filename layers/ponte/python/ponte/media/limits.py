"""Every limit of a file's way, in one place. Why these numbers: docs/decisions/0008."""

MEBIBYTE = 1024 * 1024

MAX_BYTES = 100 * MEBIBYTE
"""Of one file, either way: WhatsApp's largest document and the largest file of a Bitrix24 chat."""

CHUNK_BYTES = 64 * 1024
"""How much is read at once."""

PART_BYTES = 5 * MEBIBYTE
"""How much of a file is in memory at once: the smallest part that S3 takes of a multipart upload."""

HEAD_BYTES = 4096
"""How much of a file is looked at to tell what it is."""

TRANSFER_SECONDS = 20.0
"""For one transfer, from the connection to the last byte."""

PATIENCE_MS = 30 * 60 * 1000
"""How long a file that cannot be fetched holds up its conversation; then the message goes without it, saying so."""

LINK_SECONDS = 600
"""How long a signed link works. The portal fetches the file within the call that carries the link."""

MAX_HOPS = 4
"""Redirects that are followed, each to an allow-listed host."""

MAX_FILES = 30
"""Files of one operator's message; further ones are named in a notice."""
