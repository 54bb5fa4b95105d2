# SPDX-License-Identifier: GPL-2.0-or-later
"""One emulator a class, and requests that name it."""
from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from emulator import ADMIN_KEY, ADMIN_SECRET, Emulator

from . import helper

NAME = "/luks/volume1"
PASSPHRASE = "correct horse battery staple"


class HelperTest(unittest.TestCase):
    """What a test changes in the emulator is undone after it."""

    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="luks-ssm-helper-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.aws = Emulator().start()
        cls.addClassCleanup(cls.aws.stop)
        cls.ca = cls.directory / "ca.pem"
        cls.aws.write_ca(str(cls.ca))
        cls.aws.put(NAME, PASSPHRASE)

    def setUp(self):
        self.addCleanup(self._restore)

    def _restore(self):
        self.aws.faults.clear()
        self.aws.clock.offset_s = 0.0
        self.aws.certificates.switch("good", "1.2", "1.3")
        self.aws.kms.set_state("alias/luks", "Enabled")
        self.aws.metadata.role = "luks-node"
        self.aws.metadata.enabled = True
        self.aws.metadata.require_token = True
        self.aws.metadata.answer = None
        self.aws.metadata.shown_lifetime_s = None
        self.aws.error_style.__init__()

    def request(self, **values) -> dict:
        """Static keys of the administrator, and the emulator as the way to AWS."""
        return {"PARAMETER": NAME, "REGION": "eu-central-1", "ENCODING": "text", "ORIGIN": "a test",
                "ENDPOINT_SSM": self.aws.endpoint, "METADATA_ENDPOINT": self.aws.metadata_endpoint,
                "CA_BUNDLE": self.ca.read_bytes(), "SOURCE": 1, "ACCESS_KEY": ADMIN_KEY,
                "SECRET_KEY": ADMIN_SECRET, **values}

    def metadata_request(self, **values) -> dict:
        return self.request(SOURCE=2, ACCESS_KEY=None, SECRET_KEY=None, **values)

    def fetch(self, deadline_s: float = 10, **values) -> helper.Answer:
        return helper.fetch(self.request(**values), deadline_s)

    def refused(self, code: str, *parts: str, deadline_s: float = 10, **values) -> helper.Answer:
        """The fetch fails with this stable code, and its reason holds these words."""
        return self.check_refusal(self.fetch(deadline_s, **values), code, *parts)

    def check_refusal(self, answer: helper.Answer, code: str, *parts: str) -> helper.Answer:
        self.assertEqual(answer.code, code, answer.reason)
        self.assertEqual(answer.key, b"")
        for part in parts:
            self.assertIn(part, answer.reason)
        return answer

    # -- the root side in front of it --------------------------------------

    def write(self, name: str, text: str, mode: int = 0o600) -> str:
        path = self.directory / name
        path.write_text(text)
        path.chmod(mode)
        return str(path)

    def admin_keys(self, *lines: str) -> str:
        """An environment file with the administrator's keys and these lines."""
        text = f"AWS_ACCESS_KEY_ID={ADMIN_KEY}\nAWS_SECRET_ACCESS_KEY={ADMIN_SECRET}\n"
        return self.write("keys", text + "".join(line + "\n" for line in lines))

    def root_fetch(self, environment: dict | None = None, deadline_s: float = 10,
                   **params) -> helper.Answer:
        """The worker's way: parameters to plan to helper (tests/helper/fetch_key)."""
        base = {"ssm_parameter": NAME, "device": "/dev/null", "directory": "/nowhere",
                "ca_bundle": str(self.ca), "endpoint_url": self.aws.endpoint,
                "test_deadline_ms": int(deadline_s * 1000)}
        arguments = [f"{name}={value}" for name, value in {**base, **params}.items()
                     if value is not None]
        program = os.environ["LUKS_SSM_FETCH_KEY"]
        begun = time.monotonic()
        done = subprocess.run([program, *arguments], stdout=subprocess.PIPE, check=True,
                              timeout=deadline_s + 10,
                              env={"HOME": str(self.directory), **(environment or {})})
        code, reason, facts, warning, key = done.stdout.split(b"\n", 4)
        version, has_older, has_backslash, region = facts.decode().split()
        return helper.Answer(code.decode(), reason.decode(), key, int(version), has_older == "1",
                             has_backslash == "1", warning.decode(), time.monotonic() - begun, region)

    def root_refused(self, code: str, *parts: str, **how) -> helper.Answer:
        return self.check_refusal(self.root_fetch(**how), code, *parts)
