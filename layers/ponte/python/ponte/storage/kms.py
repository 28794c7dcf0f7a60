"""Tokens at rest: KMS encrypts them directly (they are under 4 KB), bound to tenant and field."""

from typing import Any


class KmsCipher:
    """A Cipher on one KMS key. client: boto3's kms client."""

    def __init__(self, client: Any, key_arn: str) -> None:
        self._client = client
        self._key_arn = key_arn

    def encrypt(self, text: str, context: dict[str, str]) -> bytes:
        answer = self._client.encrypt(KeyId=self._key_arn, Plaintext=text.encode(), EncryptionContext=context)
        return bytes(answer["CiphertextBlob"])

    def decrypt(self, data: bytes, context: dict[str, str]) -> str:
        answer = self._client.decrypt(KeyId=self._key_arn, CiphertextBlob=data, EncryptionContext=context)
        return bytes(answer["Plaintext"]).decode()
