"""A file on its way between two systems, as values: what it is, what it is called, how big it may be, where it is kept.

Nothing here knows a platform or does I/O. The tables of what a platform takes stand beside that platform
(whatsapp/media.py, bitrix24/files.py); the calls that move the bytes are made by runtime/transfers.py.
"""
