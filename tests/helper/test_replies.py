# SPDX-License-Identifier: GPL-2.0-or-later
"""Replies that are not AWS's, and TLS that is not to be trusted."""
from __future__ import annotations

import socket
import subprocess
import threading

from .kit import HelperTest


class Replies(HelperTest):
    def fault(self, do: str, **details):
        self.aws.faults.clear()
        self.aws.fault(do, service="ssm", **details)

    def test_a_captive_portals_page_is_a_bad_reply(self):
        self.fault("html")
        self.refused("bad-reply", "text/html", "proxy or login page", deadline_s=2)

    def test_a_redirect_is_not_followed(self):
        self.fault("redirect", location="http://127.0.0.1:9/login")
        self.refused("bad-reply", "HTTP 302", "not followed", deadline_s=2)

    def test_another_or_no_content_type_is_a_bad_reply(self):
        self.fault("content_type", content_type="text/plain")
        self.refused("bad-reply", "text/plain", deadline_s=2)
        self.fault("content_type")
        self.refused("bad-reply", "none", deadline_s=2)

    def test_a_truncated_reply_is_a_bad_reply(self):
        self.fault("truncate", bytes=30)
        self.refused("bad-reply", "cut off", deadline_s=2)

    def test_an_oversized_reply_is_a_bad_reply(self):
        self.fault("oversize", bytes=600_000)
        self.refused("bad-reply", "larger than", deadline_s=3)

    def test_what_is_not_json_or_has_another_shape_is_a_bad_reply(self):
        kind = "application/x-amz-json-1.1"
        for body in ("", "null", "[]", "{", "{}", '{"Parameter": 1}', '{"Parameter": {"Type": 1}}',
                     '{"Parameter": {"Type": "SecureString"}}', '{"a": 1} {"b": 2}',
                     '{"Parameter": {"Type": "SecureString", "Value": 5}}', "[" * 5000):
            with self.subTest(body[:40]):
                self.fault("body", status=200, content_type=kind, body=body)
                self.refused("bad-reply", "SSM", deadline_s=1)

    def test_a_chunked_reply_and_one_ended_by_the_close_are_read(self):
        for do in ("chunked", "no_length"):
            self.fault(do)
            self.assertEqual(self.fetch().code, "ok")

    def test_a_page_with_503_is_service_trouble_and_with_407_the_proxys(self):
        self.fault("body", status=503, content_type="text/html", body="<html>busy</html>")
        self.refused("service-trouble", "HTTP 503", deadline_s=2)
        self.fault("body", status=407, content_type="text/html", body="<html>login</html>")
        self.refused("proxy-refused", "407", deadline_s=2)


class Tls(HelperTest):
    def test_certificates_of_others_are_untrusted_at_once(self):
        for kind in ("wrong_name", "unknown_ca", "self_signed"):
            self.aws.certificates.switch(kind)
            answer = self.refused("untrusted-certificate", "ca_bundle", deadline_s=10)
            self.assertLess(answer.seconds, 3)

    def test_without_the_bundle_the_systems_authorities_decide(self):
        self.refused("untrusted-certificate", CA_BUNDLE=None)

    def test_a_bundle_without_a_certificate_is_untrusted(self):
        self.refused("untrusted-certificate", CA_BUNDLE=b"# nothing here\n")

    def test_a_certificate_out_of_its_time_names_the_local_time(self):
        for kind in ("expired", "not_yet_valid"):
            self.aws.certificates.switch(kind)
            self.refused("certificate-time", "UTC", deadline_s=2)

    def test_tls_1_1_is_not_spoken(self):
        directory = self.directory
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-keyout", directory / "old.key", "-out", directory / "old.pem"],
                       check=True, stderr=subprocess.DEVNULL)
        server = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-key", directory / "old.key", "-cert",
             directory / "old.pem", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.PIPE, text=True)
        self.addCleanup(server.communicate)
        self.addCleanup(server.kill)
        line = next(line for line in server.stdout if line.startswith("ACCEPT"))
        self.refused("tls-mismatch", "TLS 1.2", deadline_s=3,
                     ENDPOINT_SSM=f"https://{line.split()[1]}")

    def test_a_server_that_speaks_no_tls_is_a_mismatch(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            link, _ = listener.accept()
            with link:
                link.recv(4096)
                link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        self.refused("tls-mismatch", deadline_s=3,
                     ENDPOINT_SSM=f"https://127.0.0.1:{listener.getsockname()[1]}")
        thread.join(5)

    def test_http_is_refused_but_to_loopback(self):
        for url in ("http://ssm.eu-central-1.amazonaws.com", "http://10.0.0.1",
                    "http://169.254.169.254", "ftp://127.0.0.1"):
            self.refused("bad-parameter", "https", ENDPOINT_SSM=url)
        answer = self.fetch(ENDPOINT_SSM=f"http://127.0.0.1:{self.aws.http_port}", deadline_s=2)
        self.assertNotEqual(answer.code, "bad-parameter")

    def test_an_endpoint_with_more_than_a_host_is_refused(self):
        for url in ("https://user:pw@localhost", "https://localhost/path", "https://localhost?x=1",
                    "localhost", "https://", "https://a b"):
            with self.subTest(url):
                answer = self.refused("bad-parameter", "endpoint", ENDPOINT_SSM=url)
                self.assertNotIn("pw", answer.reason)


class Clock(HelperTest):
    def test_a_wrong_clock_is_corrected_once_by_a_verified_date(self):
        for offset_s in (3600, -3600):
            self.aws.clock.offset_s = offset_s
            answer = self.fetch()
            self.assertEqual(answer.code, "ok", answer.reason)
            self.assertIn("slow" if offset_s > 0 else "fast", answer.warning)

    def test_a_date_that_does_not_help_ends_as_clock_skew(self):
        self.aws.clock.offset_s = 3600
        self.aws.fault("skew", service="ssm", seconds=7200, nth=1)
        self.refused("clock-skew", "clock here", deadline_s=5)
