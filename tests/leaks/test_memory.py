# SPDX-License-Identifier: GPL-2.0-or-later
"""Right before the helper ends its memory holds no secret, whatever has happened; while it runs they lie in locked memory."""
from __future__ import annotations

import base64
import json
import resource
import signal
import subprocess
from unittest import mock

from emulator.emulator import NOBODY_KEY, NOBODY_SECRET
from emulator.faults import ACTIONS
from emulator.proxy import Proxy
from emulator.world import ACCOUNT

from . import markers
from .finds import read_log
from .kit import ACCESS_KEY, KEY, SECRET, TOKEN, LeakTest

# What is tried in one piece of two seconds.
FAULTS = [
    ("connect_reset", {}), ("connect_close", {}), ("connect_hang", {}), ("connect_delay", {"seconds": 0.5}),
    ("hang", {}), ("reset", {}), ("close", {}), ("delay", {"seconds": 0.5}),
    ("error", {"code": "ThrottlingException"}), ("error", {"code": "InternalServerError", "status": 500}),
    ("error", {"code": "AccessDeniedException"}), ("error", {"code": "InvalidSignatureException"}),
    ("error", {"code": "ParameterNotFound"}), ("expired_token", {}), ("html", {}),
    ("redirect", {"status": 302, "location": "https://localhost/elsewhere"}),
    ("body", {"status": 200, "body": "{\"Parameter\":", "content_type": "application/x-amz-json-1.1"}),
    ("body", {"status": 200, "body": "", "content_type": "application/x-amz-json-1.1"}),
    ("skew", {"seconds": 3600}), ("body_delay", {"seconds": 0.5}), ("body_delay", {"seconds": 4}),
    ("drip", {"seconds": 0.001}), ("truncate", {"bytes": 150}), ("truncate", {"bytes": 1}),
    ("oversize", {"bytes": 100_000}), ("oversize", {"bytes": 2_000_000}), ("chunked", {}), ("no_length", {}),
    ("content_type", {}), ("content_type", {"content_type": "text/html"}),
]


def all_can_be_locked() -> bool:
    """Whether this host lets root lift the limit on locked memory."""
    def lift() -> None:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY,) * 2)
    try:
        return subprocess.run(["true"], preexec_fn=lift, check=False).returncode == 0
    except (ValueError, subprocess.SubprocessError):
        return False


class AtTheEnd(LeakTest):
    def nothing(self, expected: str | None, values: dict, needles: dict | None = None, deadline_s: float = 10):
        status, reply, finds = self.watch(values, needles, deadline_s)
        self.assertEqual([str(find) for find in finds], [])
        if expected:
            self.assertEqual(status, expected, reply.get("REASON"))
        return reply

    def test_a_fetch_leaves_nothing(self):
        reply = self.nothing("ok", self.marked_request())
        self.assertEqual(reply["KEY"], KEY.encode())

    def test_no_fault_of_the_emulator_is_left_out(self):
        self.assertEqual({do for do, _ in FAULTS}, set(ACTIONS))

    def test_a_fetch_under_each_fault_of_the_service_leaves_nothing(self):
        for do, how in FAULTS:
            with self.subTest(f"{do} {how}"):
                self.aws.faults.clear()
                service = "https" if do.startswith("connect") else "ssm"
                self.aws.fault(do, service=service, **how)
                self.nothing(None, self.marked_request(), deadline_s=2)

    def test_a_fetch_that_works_at_its_second_try_leaves_nothing(self):
        for do, how in (("error", {"code": "ThrottlingException"}), ("truncate", {"bytes": 150}), ("reset", {})):
            with self.subTest(do):
                self.aws.faults.clear()
                self.aws.fault(do, service="ssm", times=1, **how)
                self.nothing("ok", self.marked_request())

    def test_certificates_that_are_refused_leave_nothing(self):
        for kind in ("expired", "wrong_name", "unknown_ca"):
            with self.subTest(kind):
                self.aws.certificates.switch(kind)
                self.nothing(None, self.marked_request(), deadline_s=2)

    def test_values_of_every_encoding_and_size_leave_nothing(self):
        data = bytes(byte ^ 0xff for byte in markers.text("binary", 96).encode())
        for encoding, value, key in (("text", markers.text("long", 4000), None),
                                     ("raw", markers.text("raw", 1500), None),
                                     ("base64", base64.b64encode(data).decode(), data),
                                     ("hex", data.hex(), data),
                                     ("text", "\\\"\u00e4" * 3 + markers.text("escaped", 60) + "\nline two", None)):
            with self.subTest(f"{encoding} {len(value)}"):
                self.aws.put(f"/luks/{encoding}{len(value)}", value)
                needles = {"value": value, "decoded": key or value.split("\n")[0], **self.needles()}
                self.nothing("ok", self.marked_request(PARAMETER=f"/luks/{encoding}{len(value)}", ENCODING=encoding),
                             needles)

    def test_a_frame_that_is_refused_leaves_nothing(self):
        self.nothing("no-credentials", self.marked_request(ACCESS_KEY=None))
        self.nothing(None, self.marked_request(ENDPOINT_SSM="http://nowhere.invalid"))
        self.nothing(None, self.marked_request(ENCODING="rot13"))
        self.nothing("helper-broken", self.marked_request(ORIGIN=None))

    def test_credentials_of_the_instance_leave_nothing(self):
        answer = {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": ACCESS_KEY, "SecretAccessKey": SECRET,
                  "Token": TOKEN, "LastUpdated": "2026-01-01T00:00:00Z", "Expiration": "2099-01-01T00:00:00Z"}
        self.aws.metadata.answer = answer
        values = self.marked_request(SOURCE=2, ACCESS_KEY=None, SECRET_KEY=None, SESSION_TOKEN=None)
        self.nothing("ok", values)
        for do, how in (("truncate", {"bytes": 500}), ("body_delay", {"seconds": 4}), ("reset", {}),
                        ("oversize", {"bytes": 100_000}), ("chunked", {})):
            with self.subTest(do):
                self.aws.faults.clear()
                self.aws.fault(do, service="imds", operation="credentials", **how)
                self.nothing(None, values, deadline_s=3)

    def test_a_programs_credentials_leave_nothing(self):
        output = json.dumps({"Version": 1, "AccessKeyId": ACCESS_KEY, "SecretAccessKey": SECRET,
                             "SessionToken": TOKEN, "Expiration": "2099-01-01T00:00:00Z"}).encode()
        self.nothing(None, self.marked_request(SOURCE=3, ACCESS_KEY=None, SECRET_KEY=None, SESSION_TOKEN=None,
                                               PROCESS_OUTPUT=output))

    def test_the_credentials_of_a_container_leave_nothing(self):
        token = markers.text("authorization token", 60)
        values = self.marked_request(SOURCE=4, ACCESS_KEY=None, SECRET_KEY=None, SESSION_TOKEN=None,
                                     CONTAINER_URL=self.aws.metadata_endpoint + "/v1/credentials", CONTAINER_TOKEN=token)
        needles = self.needles(authorization=token)
        with mock.patch.object(self.aws.container, "authorization", token), self.marked_sessions():
            self.nothing("ok", values, needles)
            for do, how in (("truncate", {"bytes": 300}), ("body_delay", {"seconds": 4}), ("reset", {}),
                            ("oversize", {"bytes": 100_000}), ("chunked", {})):
                with self.subTest(do):
                    self.aws.faults.clear()
                    self.aws.fault(do, service="container", **how)
                    self.nothing(None, values, needles, deadline_s=3)

    def role_request(self, role: str, **values) -> dict:
        return self.marked_request(ROLE_ARN=[f"arn:aws:iam::{ACCOUNT}:role/{role}"], ROLE_SESSION=["luks-ssm"],
                                   ENDPOINT_STS=self.aws.endpoint, **values)

    def test_a_role_that_was_assumed_leaves_nothing(self):
        values = self.role_request("luks-reader", ACCESS_KEY=NOBODY_KEY, SECRET_KEY=NOBODY_SECRET, SESSION_TOKEN=None)
        needles = self.needles(user=NOBODY_SECRET, user_key=markers.signing_key(NOBODY_SECRET, "sts", "eu-central-1"))
        with self.marked_sessions():
            self.nothing("ok", values, needles)
            self.faults_of_sts(values, needles)

    def test_an_identity_token_leaves_nothing(self):
        token = self.aws.sts.add_web_token()
        values = self.role_request("luks-web", SOURCE=5, ACCESS_KEY=None, SECRET_KEY=None, SESSION_TOKEN=None,
                                   WEB_IDENTITY_TOKEN=token)
        needles = self.needles(identity=token)
        with self.marked_sessions():
            self.nothing("ok", values, needles)
            self.faults_of_sts(values, needles)

    def faults_of_sts(self, values: dict, needles: dict) -> None:
        for do, how in (("truncate", {"bytes": 400}), ("body_delay", {"seconds": 4}), ("reset", {}),
                        ("oversize", {"bytes": 100_000}), ("error", {"code": "AccessDenied", "status": 403})):
            with self.subTest(do):
                self.aws.faults.clear()
                self.aws.fault(do, service="sts", **how)
                self.nothing(None, values, needles, deadline_s=3)

    def test_the_login_of_a_proxy_leaves_nothing_after_a_tunnel_and_after_a_refusal(self):
        password = markers.text("proxy password", 40)
        needles = self.needles(password=password, login=markers.login("user", password))
        with Proxy(login=("user", password)) as proxy:
            proxy.places[f"localhost:{self.aws.https_port}"] = ("127.0.0.1", self.aws.https_port)
            values = self.marked_request(PROXY=proxy.url_with("user", password))
            self.assertEqual(self.nothing("ok", values, needles)["KEY"], KEY.encode())
            self.assertEqual(proxy.statuses, [200])
            proxy.login = ("user", "another")
            self.nothing("proxy-refused", values, needles)
            self.assertEqual(proxy.statuses, [200, 407])

    def test_the_login_of_a_proxy_that_is_none_leaves_nothing(self):
        password = markers.text("proxy password", 40)
        for host in ("http://user:{}@127.0.0.1:9", "http://user:{}@127.0.0.1:{}"):
            url = host.format(password, self.aws.http_port)
            with self.subTest(url[-5:]):
                self.nothing(None, self.marked_request(PROXY=url, ENDPOINT_SSM="https://ssm.eu-central-1.amazonaws.com"),
                             self.needles(password=password, login=markers.login("user", password)), deadline_s=3)


class WhileItRuns(LeakTest):
    def only_locked(self, reached, values: dict, *expected: str):
        during, after = self.look(values, reached, set(expected))
        self.assertEqual([str(find) for find in after], [])
        self.assertLessEqual(set(expected), {find.needle for find in during if find.how == "whole"})
        loose = [find for find in during if "lo" not in find.flags]
        if not all_can_be_locked():
            # What this host does not let us lock is at least in no dump.
            loose = [find for find in loose if find.mapping != "[heap]"]
        self.assertEqual([str(find) for find in loose], [])

    def test_secrets_lie_in_locked_memory_only_while_the_service_thinks(self):
        fault = self.aws.fault("delay", service="ssm", seconds=2)
        self.only_locked(lambda: fault.fired > 0, self.marked_request(), "session-token", "secret-access-key")

    def test_secrets_and_the_key_lie_in_locked_memory_only_while_the_answer_comes(self):
        """All of the answer but its last byte is there, and so is the key."""
        self.aws.fault("body_delay", service="ssm", seconds=3, bytes=-1)
        before = self.aws.log.snapshot().get("stalled", 0)
        self.only_locked(lambda: self.aws.log.snapshot().get("stalled", 0) > before, self.marked_request(),
                         "session-token", "secret-access-key", "key")


class Searchers(LeakTest):
    def test_a_secret_that_is_left_is_found_whole_and_in_part(self):
        needles = self.needles()
        arguments = self.watch_arguments(needles)[:-1]
        script = "x=$(cat); y=${x%" + KEY[20:] + "}; : $y"
        subprocess.run([*arguments, "/bin/sh", "-c", script], input=KEY.encode(), check=True, timeout=20)
        finds, _ = read_log(self.log)
        self.assertIn(("key", "whole"), {(find.needle, find.how) for find in finds})

    def test_a_crash_comes_in_the_phase_that_was_named(self):
        """A process tells its phases as the worker does: one byte on a pipe for each."""
        script = "import os\nfor phase in (3, 4, 5):\n    os.write(1, bytes([phase]))\n    for _ in range(20):\n        os.getppid()\n"
        for crash, seen, code in (("4:10", b"\3\4", 139), ("1073741824", b"\3\4\5", 0)):
            arguments = self.watch_arguments(self.needles(), "crash", "python3", crash, signal.SIGSEGV)[:-1]
            done = subprocess.run([*arguments, "/usr/bin/python3", "-I", "-S", "-c", script], stdout=subprocess.PIPE, check=False,
                                  timeout=20)
            self.assertEqual((done.returncode, done.stdout), (code, seen))
            _, rest = read_log(self.log)
            calls = {int(words[2]): int(words[4]) for words in rest if words[0] == "phase"}
            self.assertEqual(list(calls), list(seen))
            self.assertGreaterEqual(calls[3], 40)
            self.assertEqual([words[5] for words in rest if words[0] == "crash"], ["4"] if code else [])


del LeakTest
