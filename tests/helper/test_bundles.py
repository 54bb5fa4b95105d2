# SPDX-License-Identifier: GPL-2.0-or-later
"""The bundle of certificate authorities: each lawful form is trusted, each fault is named with its file and line."""
from __future__ import annotations

import os
from pathlib import Path

from .kit import HelperTest

INVALID = Path(__file__).resolve().parent.parent / "data" / "ca-bundles" / "invalid"
UNTRUSTED = "untrusted-certificate"


class Bundles(HelperTest):
    def setUp(self):
        super().setUp()
        self.keys = self.admin_keys("AWS_REGION=eu-central-1")

    def bundle(self, content: bytes, mode: int = 0o644) -> str:
        path = self.directory / "bundle.pem"
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
        return str(path)

    def works(self, content: bytes) -> None:
        answer = self.root_fetch(environment_file=self.keys, ca_bundle=self.bundle(content))
        self.assertEqual(answer.code, "ok", answer.reason)

    def bundle_refused(self, path: str, *parts: str) -> None:
        self.root_refused(UNTRUSTED, "ca_bundle: ", *parts, environment_file=self.keys, ca_bundle=path)

    def test_every_malformed_bundle_is_named_and_nothing_is_asked(self):
        before = self.aws.log.counters["requests"]
        cases = [path for path in sorted(INVALID.iterdir()) if path.suffix != ".expected"]
        self.assertGreater(len(cases), 20)
        for case in cases:
            code, words = case.with_name(f"{case.name}.expected").read_text(encoding="utf-8").splitlines()
            with self.subTest(case.name):
                self.assertEqual(code, UNTRUSTED)
                self.bundle_refused(self.bundle(case.read_bytes()), words)
        self.assertEqual(self.aws.log.counters["requests"], before)

    def test_a_bundle_that_is_no_file_to_be_trusted_is_named(self):
        good = self.ca.read_bytes()
        self.bundle_refused("/nowhere/at/all", "/nowhere/at/all cannot be read", "correct the path")
        self.bundle_refused(str(self.directory), f"{self.directory} is not a file", "correct the path")
        fifo = self.directory / "fifo"
        os.mkfifo(fifo)
        self.bundle_refused(str(fifo), f"{fifo} is not a file")
        for mode in (0o664, 0o646):
            path = self.bundle(good, mode)
            self.bundle_refused(path, f"others may write {path}", "chmod go-w")
        path = self.bundle(good * (1 + (4 << 20) // len(good)))
        self.bundle_refused(path, f"{path} has more than 4194304 bytes", "is it the right file?")
        path = self.bundle(good)
        if os.geteuid() == 0:
            os.chown(path, 12345, 0)
            self.bundle_refused(path, f"{path} belongs to user 12345", "chown it to root")
        else:
            os.chmod(path, 0)
            self.bundle_refused(path, f"{path} cannot be read (Permission denied)")

    def test_a_bundle_in_each_lawful_form_is_trusted(self):
        good = self.ca.read_bytes()
        other = (INVALID.parent / "valid" / "two-between-comments.pem").read_bytes()
        for content in (good.replace(b"\n", b"\r\n"), good.replace(b"\n", b" \n"), good.rstrip(b"\n"),
                        b"# The authorities of this site.\n\n" + good, other + good, good + other, good + good):
            self.works(content)


del HelperTest
