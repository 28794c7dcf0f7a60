"""WhatsApp Cloud API: webhook bytes to values, intents to Graph requests, answers to outcomes. No I/O here.

    signatures, split      what the webhook function imports: standard library only
    ids, typed_reads       what an id is, and reading untrusted JSON without trusting it
    events                 the values; messages and statuses read them out of a payload; describe says them in words
    requests, errors       requests to Graph, and what its answers mean

Facts behind the code: developers.facebook.com/documentation/business-messaging/whatsapp (pages read until 2026-08).
"""
