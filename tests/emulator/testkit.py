# SPDX-License-Identifier: GPL-2.0-or-later
"""For the emulator's own tests: a client that signs with botocore, and the aws command."""
from __future__ import annotations

import http.client
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import unittest
from dataclasses import dataclass
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .emulator import ADMIN_KEY, ADMIN_SECRET, Emulator
from .world import REGION

TARGETS = {"ssm": "AmazonSSM", "kms": "TrentService"}


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return self.json.get("__type", "")

    @property
    def message(self) -> str:
        return self.json.get("message", "")

    @property
    def text(self) -> str:
        return self.body.decode()


class EmulatorTest(unittest.TestCase):
    """One emulator a class; state that a test sets is undone after it."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="emulator-test-")
        cls.aws = Emulator().start()
        cls.ca = cls.aws.write_ca(os.path.join(cls.directory, "ca.pem"))
        cls.trust = ssl.create_default_context(cafile=cls.ca)

    @classmethod
    def tearDownClass(cls):
        cls.aws.stop()
        shutil.rmtree(cls.directory)

    def setUp(self):
        self.addCleanup(self._restore)

    def _restore(self):
        self.assertEqual(self.aws.log.counters["internal_errors"], 0)
        self.aws.faults.clear()
        self.aws.clock.offset_s = 0.0
        self.aws.world.source_vpce = None
        self.aws.error_style.__init__()
        self.aws.certificates.switch("good", "1.2", "1.3")
        self.aws.kms.set_state("alias/luks", "Enabled")

    # -- signed requests -------------------------------------------------

    def open(self, timeout: float = 10) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("localhost", self.aws.https_port, timeout=timeout,
                                           context=self.trust)

    def signed(self, service: str, operation: str, body, key=ADMIN_KEY, secret=ADMIN_SECRET,
               token=None, region=REGION, host=None, extra=None) -> AWSRequest:
        """A request ready to be sent, or to be damaged first."""
        headers = {"Host": host or f"localhost:{self.aws.https_port}"}
        if service == "sts":
            data = urlencode({"Action": operation, "Version": "2011-06-15", **body}).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        else:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers["Content-Type"] = "application/x-amz-json-1.1"
            headers["X-Amz-Target"] = f"{TARGETS[service]}.{operation}"
        request = AWSRequest("POST", f"https://{headers['Host']}/", headers, data)
        for name, value in (extra or {}).items():
            request.headers[name] = value
        SigV4Auth(Credentials(key, secret, token), service, region).add_auth(request)
        return request

    def send(self, request: AWSRequest, connection=None, more=()) -> Answer:
        link = connection or self.open()
        link.putrequest("POST", "/", skip_host=True, skip_accept_encoding=True)
        for name, value in [*request.headers.items(), *more]:
            link.putheader(name, value)
        link.putheader("Content-Length", str(len(request.data)))
        link.endheaders(request.data)
        reply = link.getresponse()
        answer = Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        if connection is None:
            link.close()
        return answer

    def call(self, service: str, operation: str, body=None, **how) -> Answer:
        return self.send(self.signed(service, operation, body or {}, **how))

    def ssm(self, operation: str, **body) -> Answer:
        return self.call("ssm", operation, body)

    def user(self, *statements: dict) -> dict:
        """A new user with these statements; keyword arguments for call()."""
        name = f"user{len(self.aws.world.users)}"
        documents = [{"Version": "2012-10-17", "Statement": list(statements)}] if statements else []
        key = self.aws.world.add_user(name, documents)
        return {"key": key.key_id, "secret": key.secret}

    def read(self, who: dict, name: str) -> Answer:
        return self.call("ssm", "GetParameter", {"Name": name, "WithDecryption": True}, **who)

    # -- metadata ----------------------------------------------------------

    def fetch(self, method: str, path: str, headers=None, timeout: float = 5) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.aws.http_port, timeout=timeout)
        try:
            link.request(method, path, headers=headers or {})
            reply = link.getresponse()
            return Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            link.close()

    # -- the stock command ---------------------------------------------------

    def environment(self, key=ADMIN_KEY, secret=ADMIN_SECRET) -> dict:
        return {"PATH": "/usr/bin:/bin", "HOME": self.directory, "AWS_CA_BUNDLE": self.ca,
                "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_PAGER": "",
                "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": os.devnull}

    def command(self, *arguments: str, **who) -> subprocess.CompletedProcess:
        """aws with a private home, against the emulator."""
        return subprocess.run(["/usr/bin/aws", "--endpoint-url", self.aws.endpoint, *arguments],
                              env=self.environment(**who), capture_output=True, text=True,
                              timeout=30, check=False)
