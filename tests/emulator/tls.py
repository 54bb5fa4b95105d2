# SPDX-License-Identifier: GPL-2.0-or-later
"""A certificate authority of the emulator's own, good and bad server certificates, TLS contexts."""
from __future__ import annotations

import ipaddress
import os
import ssl
import tempfile
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KINDS = ("good", "expired", "not_yet_valid", "wrong_name", "unknown_ca", "self_signed")
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2", "ap-northeast-1",
           "us-gov-west-1")
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def default_names() -> list:
    names = [f"{service}.{region}.amazonaws.com" for region in REGIONS
             for service in ("ssm", "sts", "kms", "ec2", "ssm-fips", "kms-fips")]
    names += [f"{service}.{region}.api.aws" for region in REGIONS
              for service in ("ssm", "sts", "kms")]
    names += [f"{service}.cn-north-1.amazonaws.com.cn" for service in ("ssm", "sts", "kms")]
    return names + ["localhost", "127.0.0.1", "::1", "10.0.2.2", "10.0.2.100", "169.254.170.2"]


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _subject_names(names: list) -> x509.SubjectAlternativeName:
    rows = []
    for name in names:
        try:
            rows.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            rows.append(x509.DNSName(name))
    return x509.SubjectAlternativeName(rows)


def _pem(key) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


class Authority:
    """A CA: makes server certificates. directory: kept there and found again, so that a machine
    image can trust it; without one it lives as long as the object."""

    def __init__(self, common_name: str = "luks-ssm emulator CA", directory: Path | None = None):
        self.common_name = common_name
        if directory and (directory / "ca.key").exists():
            self.key = serialization.load_pem_private_key((directory / "ca.key").read_bytes(), None)
            self.certificate = x509.load_pem_x509_certificate((directory / "ca.pem").read_bytes())
            return
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._make_root()
        if directory:
            directory.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(directory / "ca.key", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "wb") as stream:
                stream.write(_pem(self.key))
            (directory / "ca.pem").write_bytes(self.pem)

    def _builder(self, subject: x509.Name, public_key, start: datetime, end: datetime):
        return (x509.CertificateBuilder().subject_name(subject)
                .issuer_name(_name(self.common_name)).public_key(public_key)
                .serial_number(x509.random_serial_number())
                .not_valid_before(start).not_valid_after(end))

    def _make_root(self) -> x509.Certificate:
        now = datetime.now(timezone.utc)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        return (self._builder(_name(self.common_name), self.key.public_key(),
                              now - timedelta(days=365), now + timedelta(days=3650))
                .add_extension(x509.BasicConstraints(True, 0), critical=True)
                .add_extension(usage, critical=True)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()),
                               critical=False)
                .sign(self.key, hashes.SHA256()))

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def server(self, names: list, start: datetime, end: datetime) -> bytes:
        """Private key and certificate, PEM, in one piece."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer_key = self.key.public_key()
        certificate = (
            self._builder(_name("emulator"), key.public_key(), start, end)
            .add_extension(_subject_names(names), critical=False)
            .add_extension(x509.BasicConstraints(False, None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                           critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key),
                           critical=False)
            .sign(self.key, hashes.SHA256()))
        return _pem(key) + certificate.public_bytes(serialization.Encoding.PEM)


class Certificates:
    """The server's TLS face, which a test switches while it runs; contexts are made once."""

    def __init__(self, directory: Path | None = None, names: list | None = None):
        self.authority = Authority(directory=directory)
        self.stranger = Authority("some other CA")
        self.names = default_names() + list(names or [])
        self.kind, self.minimum, self.maximum = "good", "1.2", "1.3"
        self._lock = threading.Lock()
        self._contexts: dict[tuple, ssl.SSLContext] = {}

    @property
    def ca_pem(self) -> bytes:
        return self.authority.pem

    def switch(self, kind: str | None = None, minimum: str | None = None,
               maximum: str | None = None) -> None:
        """For connections accepted from now on."""
        kind, minimum = kind or self.kind, minimum or self.minimum
        maximum = maximum or self.maximum
        if kind not in KINDS or minimum not in VERSIONS or maximum not in VERSIONS:
            raise ValueError(f"kind is one of {KINDS}, versions one of {tuple(VERSIONS)}")
        self.kind, self.minimum, self.maximum = kind, minimum, maximum

    def _make(self, kind: str) -> bytes:
        now = datetime.now(timezone.utc)
        day = timedelta(days=1)
        if kind == "expired":
            return self.authority.server(self.names, now - 60 * day, now - day)
        if kind == "not_yet_valid":
            return self.authority.server(self.names, now + 30 * day, now + 60 * day)
        if kind == "wrong_name":
            return self.authority.server(["elsewhere.emulator.test"], now - day, now + 365 * day)
        issuer = self.stranger if kind in ("unknown_ca", "self_signed") else self.authority
        if kind == "self_signed":
            issuer = Authority("emulator")
        return issuer.server(self.names, now - day, now + 365 * day)

    def context(self) -> ssl.SSLContext:
        choice = (self.kind, self.minimum, self.maximum)
        with self._lock:
            if choice not in self._contexts:
                self._contexts[choice] = self._context(*choice)
            return self._contexts[choice]

    def _context(self, kind: str, minimum: str, maximum: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version, context.maximum_version = VERSIONS[minimum], VERSIONS[maximum]
        context.set_alpn_protocols(["http/1.1"])
        with tempfile.NamedTemporaryFile(prefix="emulator-", suffix=".pem") as stream:
            stream.write(self._make(kind))
            stream.flush()
            context.load_cert_chain(stream.name)
        return context
