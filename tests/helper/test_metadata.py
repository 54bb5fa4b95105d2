# SPDX-License-Identifier: GPL-2.0-or-later
"""Credentials and region from the instance, version 2 of its metadata service."""
from __future__ import annotations

import signal
import time

from . import frames, helper
from .kit import PASSPHRASE, HelperTest


class Metadata(HelperTest):
    def ask(self, deadline_s: float = 10, **values) -> helper.Answer:
        return helper.fetch(self.metadata_request(**values), deadline_s)

    def setUp(self):
        super().setUp()
        self.aws.metadata.forget()

    def test_the_role_of_the_instance_reads_the_key(self):
        self.assertEqual(self.ask().key, PASSPHRASE.encode())

    def test_the_region_comes_from_the_instance_when_nothing_else_names_one(self):
        self.assertEqual(self.ask(REGION=None).key, PASSPHRASE.encode())
        self.aws.metadata.region = "us-west-2"
        self.addCleanup(setattr, self.aws.metadata, "region", "eu-central-1")
        self.check_refusal(self.ask(REGION=None), "no-such-parameter")
        self.assertEqual(self.ask(REGION=None, REGION_DEFAULT="eu-central-1").key, PASSPHRASE.encode())

    def test_an_instance_without_a_role_has_no_credentials(self):
        self.aws.metadata.role = None
        self.check_refusal(self.ask(), "no-credentials", "role")

    def test_metadata_switched_off_is_no_credentials(self):
        self.aws.metadata.enabled = False
        self.check_refusal(self.ask(), "no-credentials", "HTTP 403")

    def test_a_host_that_knows_version_1_alone_has_no_credentials_and_is_asked_for_nothing_but_a_token(self):
        self.aws.metadata.require_token = False
        for status in (403, 404, 405):
            with self.subTest(status):
                self.aws.faults.clear()
                self.aws.log.reset()
                self.aws.fault("body", service="imds", operation="token", status=status, body="")
                self.check_refusal(self.ask(), "no-credentials", f"HTTP {status}", "IMDSv2")
                self.assertEqual({row["operation"] for row in self.aws.log.tail()}, {"token"})

    def test_an_answer_that_says_it_has_none_is_no_credentials(self):
        self.aws.metadata.answer = {"Code": "AssumeRoleUnauthorizedAccess", "Message": "no"}
        self.check_refusal(self.ask(), "no-credentials", "AssumeRoleUnauthorizedAccess")

    def test_old_credentials_are_sent_all_the_same_with_a_warning(self):
        self.aws.metadata.shown_lifetime_s = -600
        answer = self.ask()
        self.assertEqual(answer.key, PASSPHRASE.encode(), answer.reason)
        self.assertIn("expired", answer.warning)

    def test_an_expiration_that_is_no_time_is_told_and_spoils_nothing(self):
        session = self.aws.world.open_session(self.aws.world.role("luks-node"), "i-1", 900)
        self.aws.metadata.answer = {"Code": "Success", "AccessKeyId": session.key_id, "SecretAccessKey": session.secret,
                                    "Token": session.token, "Expiration": "2099-02-30T00:00:00Z"}
        answer = self.ask()
        self.assertEqual(answer.key, PASSPHRASE.encode(), answer.reason)
        self.assertIn("Expiration is no time", answer.warning)

    def test_four_tries_are_all_that_a_document_gets(self):
        """The one count there is: aws/metadata.h."""
        fault = self.aws.fault("error", service="imds", operation="role", code="x", status=503)
        answer = self.check_refusal(self.ask(30), "metadata-unreachable", "HTTP 503")
        self.assertEqual(fault.fired, 4)
        self.assertLess(answer.seconds, 10)

    def test_a_try_in_which_it_is_not_let_run_does_not_count(self):
        """As on a node that starts 32 volumes at once: the answer is there in time, and nobody reads it in time."""
        slow = self.aws.fault("delay", service="imds", operation="token", seconds=0.5, times=1)
        deadline = time.monotonic() + 30
        process = helper.start(frames.request({"DEADLINE": int(deadline * 1000), **self.metadata_request()}))
        self.addCleanup(process.kill)
        while not slow.fired and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)
        resets = self.aws.fault("reset", service="imds", operation="token", times=3)
        time.sleep(3.5)
        process.send_signal(signal.SIGCONT)
        output, _ = process.communicate(timeout=60)
        reply = frames.parse_reply(output)
        self.assertEqual(frames.STATUSES[reply["STATUS"]], "ok", reply)
        self.assertEqual((slow.fired, resets.fired), (1, 3))

    def test_a_slow_answer_gets_more_time_in_the_next_try(self):
        slow = self.aws.fault("delay", service="imds", operation="token", seconds=3)
        self.assertEqual(self.ask(30).code, "ok")
        self.assertEqual(slow.fired, 2)

    def test_trouble_of_early_boot_is_waited_out(self):
        for do, rest in (("error", {"code": "x", "status": 503}), ("reset", {}), ("close", {})):
            for operation in ("token", "role", "credentials"):
                with self.subTest(f"{do} {operation}"):
                    self.aws.faults.clear()
                    self.aws.fault(do, service="imds", operation=operation, times=2, **rest)
                    self.assertEqual(self.ask(20).code, "ok")

    def test_a_token_that_was_forgotten_is_asked_for_again(self):
        self.aws.fault("body", service="imds", operation="role", status=401, body="", times=1)
        self.assertEqual(self.ask().code, "ok")

    def test_a_token_that_is_none_is_named_and_goes_nowhere(self):
        for body in ("", "a b", "a\r\nX-Evil: y", "<html> </html>"):
            with self.subTest(body):
                self.aws.faults.clear()
                self.aws.metadata.forget()
                self.aws.fault("body", service="imds", operation="token", status=200, body=body)
                self.check_refusal(self.ask(deadline_s=1.5), "bad-reply", "not a token of instance metadata")

    def test_a_service_that_does_not_answer_is_unreachable_and_names_the_hop_limit(self):
        self.aws.fault("hang", service="imds", operation="token")
        self.check_refusal(self.ask(5), "metadata-unreachable", "no answer came in time", "hop limit")

    def test_no_service_at_all_is_unreachable(self):
        answer = self.ask(METADATA_ENDPOINT="http://127.0.0.1:1")
        self.check_refusal(answer, "metadata-unreachable", "no other credentials")
        self.assertLess(answer.seconds, 6)

    def test_no_region_anywhere_is_no_region(self):
        self.aws.fault("body", service="imds", operation="region", status=404, body="")
        self.check_refusal(self.ask(REGION=None), "no-region", "set region")

    def test_a_region_for_which_nobody_can_be_asked_is_said_to_be_missing(self):
        answer = self.ask(REGION=None, METADATA_ENDPOINT="http://127.0.0.1:1")
        self.check_refusal(answer, "metadata-unreachable", "no region is configured", "set region")

    def test_a_region_that_is_none_is_refused(self):
        self.aws.fault("body", service="imds", operation="region", status=200, body="evil.example/x?")
        self.check_refusal(self.ask(REGION=None), "no-region")

    def test_a_role_name_that_is_none_goes_nowhere(self):
        self.aws.fault("body", service="imds", operation="role", status=200, body="../../x\r\ny")
        self.check_refusal(self.ask(deadline_s=2), "bad-reply", "role")

    def test_credentials_that_expired_are_asked_for_once_more(self):
        self.aws.fault("expired_token", service="ssm", nth=1)
        self.assertEqual(self.ask().code, "ok")

    def test_credentials_that_stay_expired_are_an_error(self):
        self.aws.fault("expired_token", service="ssm")
        self.check_refusal(self.ask(), "expired-credentials", "ExpiredTokenException")

    def test_another_host_in_plain_http_is_refused(self):
        answer = self.ask(METADATA_ENDPOINT="http://10.1.2.3")
        self.check_refusal(answer, "bad-parameter", "METADATA_SERVICE_ENDPOINT")
