"""Signed heads: Ed25519 (RFC 8032) over the newest event of a lane's journal.

A signature covers, through the chain, everything before it. Whoever can write the database but does
not have the key cannot make a past that verifies. Whoever has the key can, for what was not yet
delivered: the key belongs into a file that only the agent may read, and the records at head office
are what it cannot rewrite.
"""

import base64
import binascii
import os
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from edge_agent.api.errors import ConfigError
from edge_agent.api.values import JournalPlace


class Signer:
    """Signs heads with a lane's private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public_key = base64.b64encode(raw).decode()
        self.key_id = key_id(self.public_key)

    @classmethod
    def load(cls, path: Path) -> "Signer":
        """Read a PEM file (PKCS #8); raise ``ConfigError`` for anything but an Ed25519 key."""
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except OSError as error:
            raise ConfigError(
                f"signing_key_file {path} cannot be read: {error.strerror}."
            ) from None
        except (ValueError, TypeError) as error:
            raise ConfigError(
                f"signing_key_file {path} is no private key without password: {error}."
            ) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigError(
                f"signing_key_file {path} is no Ed25519 key; make one with "
                "edge-agent journal make-key."
            )
        return cls(key)

    def sign(self, source: str, head: JournalPlace) -> str:
        """The signature of a head, base64."""
        return base64.b64encode(self._key.sign(_text(source, head))).decode()


def key_id(public_key: str) -> str:
    """A short name of a key: the first 16 hex digits of its SHA-256."""
    return sha256(base64.b64decode(public_key)).hexdigest()[:16]


def signature_is_right(public_key: str, source: str, head: JournalPlace, signature: str) -> bool:
    """True where a head was signed with the private half of ``public_key`` (both base64)."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), _text(source, head))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def make_key(path: Path) -> Signer:
    """Write a new private key, for its owner only; raise ``FileExistsError``."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    return Signer(key)


def _text(source: str, head: JournalPlace) -> bytes:
    return f"{source}\n{head.epoch}\n{head.sequence}\n{head.hash}".encode()
