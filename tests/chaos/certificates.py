"""Certificates for servers on this machine: a good one, and one for each way to be bad."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)
_OWN, _OTHER = "127.0.0.1", "192.0.2.1"


@dataclass(frozen=True)
class Authority:
    """Signs certificates; `certificate` is its own one."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def created(cls) -> Authority:
        """Make an authority that nobody knows yet."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = _builder("authority", key, _DAY).issuer_name(_name("authority"))
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return cls(key, own.sign(key, hashes.SHA256()))

    def bundle(self, folder: Path) -> Path:
        """Write what clients need to trust the authority."""
        path = folder / "bundle.pem"
        path.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return path

    def context(self, kind: str, folder: Path) -> ssl.SSLContext:
        """Make the context of a server whose certificate is `good`, `expired`, `self-signed` or of `another name`."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = _OTHER if kind == "another name" else _OWN
        builder = _builder(address, key, -_DAY if kind == "expired" else _DAY)
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False
        )
        alone = kind == "self-signed"
        builder = builder.issuer_name(_name(address) if alone else self.certificate.subject)
        made = builder.sign(key if alone else self.key, hashes.SHA256())
        path = folder / "server.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(secret + made.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(name: str, key: ec.EllipticCurvePrivateKey, valid_for: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(_name(name)).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - 7 * _DAY).not_valid_after(now + valid_for)
