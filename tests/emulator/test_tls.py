# SPDX-License-Identifier: GPL-2.0-or-later
"""TLS as the script says, on loopback only."""
import contextlib
import socket
import ssl
from pathlib import Path

from .emulator import Emulator
from .server import Listener
from .testkit import EmulatorTest
from .tls import Certificates


class Handshake(EmulatorTest):
    def connect(self, name="localhost", context=None) -> str:
        context = context or self.trust
        with socket.create_connection(("127.0.0.1", self.aws.https_port), 5) as stream:
            with context.wrap_socket(stream, server_hostname=name) as wrapped:
                return wrapped.version()

    def only(self, version) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca)
        context.minimum_version = context.maximum_version = version
        return context

    def test_the_names_of_aws_and_of_the_lab_are_good(self):
        for name in ("ssm.eu-central-1.amazonaws.com", "sts.us-east-1.amazonaws.com",
                     "kms.eu-west-1.amazonaws.com", "localhost", "127.0.0.1", "10.0.2.2",
                     "10.0.2.100"):
            self.connect(name)

    def test_bad_certificates_fail_for_their_reason(self):
        for kind, words in (("expired", "expired"), ("not_yet_valid", "not yet valid"),
                            ("wrong_name", "mismatch"), ("unknown_ca", "local issuer"),
                            ("self_signed", "unable to get|self.signed")):
            self.aws.certificates.switch(kind)
            with self.assertRaisesRegex(ssl.SSLCertVerificationError, words):
                self.connect()
        self.aws.certificates.switch("good")
        self.connect()

    def test_versions_can_be_limited(self):
        twelve, thirteen = (self.only(v) for v in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3))
        self.assertEqual(self.connect(context=twelve), "TLSv1.2")
        self.assertEqual(self.connect(context=thirteen), "TLSv1.3")
        self.aws.certificates.switch(maximum="1.2")
        with self.assertRaises(ssl.SSLError):
            self.connect(context=thirteen)
        self.aws.certificates.switch(minimum="1.3", maximum="1.3")
        with self.assertRaises(ssl.SSLError):
            self.connect(context=twelve)

    def test_a_failed_handshake_is_counted(self):
        before = self.aws.log.counters["tls_failures"]
        with self.assertRaises(ssl.SSLError):
            self.connect(context=ssl.create_default_context())
        with socket.create_connection(("127.0.0.1", self.aws.https_port), 5) as stream:
            stream.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                while stream.recv(1000):
                    pass
        self.assertGreater(self.aws.log.counters["tls_failures"], before)

    def test_the_ca_survives_in_its_directory(self):
        place = Path(self.directory) / "ca"
        first = Certificates(place).ca_pem
        self.assertEqual(Certificates(place).ca_pem, first)
        self.assertEqual((place / "ca.key").stat().st_mode & 0o077, 0)

    def test_an_address_beyond_loopback_is_refused(self):
        with self.assertRaisesRegex(ValueError, "loopback"):
            Listener(self.aws, "https", 0, host="0.0.0.0")

    def test_nothing_listens_after_stop(self):
        other = Emulator().start()
        port = other.https_port
        other.stop()
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 2)
