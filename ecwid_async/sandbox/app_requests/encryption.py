"""Encryption of payloads and payment requests as Ecwid does it (extra ``apps``)."""

import os
from base64 import urlsafe_b64encode
from typing import Final, Literal

try:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: payloads need pip install 'ecwid-async[apps]'") from None

__all__ = ["Fault", "encrypt_cbc", "encrypt_gcm"]

Fault = Literal["cut", "tampered", "wrong_key", "wrong_padding"]
"""What may be wrong with encrypted data: its end is missing, a bit is changed, another app's key, invalid padding."""

_BLOCK: Final = 16


def encrypt_cbc(client_secret: str, plain: bytes, fault: Fault | None = None) -> str:
    """URL-safe Base64, without padding characters, of an IV and AES-128-CBC with PKCS#7 padding."""
    count = _BLOCK - len(plain) % _BLOCK
    padding = bytes([count]) * count
    if fault == "wrong_padding":
        padding = padding[:-1] + b"\x00"
    iv = os.urandom(_BLOCK)
    encryptor = Cipher(algorithms.AES128(_key(client_secret, fault)), modes.CBC(iv)).encryptor()
    return _encode(iv + encryptor.update(plain + padding) + encryptor.finalize(), fault)


def encrypt_gcm(client_secret: str, plain: bytes, fault: Fault | None = None) -> str:
    """URL-safe Base64, without padding characters, of a nonce of 16 bytes, AES-128-GCM and a tag of 16 bytes.

    Raises `ValueError` for the fault "wrong_padding": GCM has no padding.
    """
    if fault == "wrong_padding":
        raise ValueError("enc_data has no padding: use another fault, or fields='data'")
    nonce = os.urandom(_BLOCK)
    encryptor = Cipher(algorithms.AES128(_key(client_secret, fault)), modes.GCM(nonce)).encryptor()
    ciphertext = encryptor.update(plain) + encryptor.finalize()
    return _encode(nonce + ciphertext + encryptor.tag, fault)


def _key(client_secret: str, fault: Fault | None) -> bytes:
    key = client_secret.encode()[:_BLOCK]
    return bytes(byte ^ 0xFF for byte in key) if fault == "wrong_key" else key


def _encode(sealed: bytes, fault: Fault | None) -> str:
    if fault == "cut":
        sealed = sealed[:-5]
    elif fault == "tampered":
        sealed = sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:]
    return urlsafe_b64encode(sealed).decode().rstrip("=")
