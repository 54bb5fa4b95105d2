# SPDX-License-Identifier: GPL-2.0-or-later
"""Credentials from the endpoint of a container and from what a credential_process printed."""
from __future__ import annotations

import json

from emulator import ADMIN_KEY, ADMIN_SECRET

from . import helper
from .kit import PASSPHRASE, HelperTest


class Containers(HelperTest):
    def ask(self, deadline_s: float = 10, path: str = "/v1/credentials", **values) -> helper.Answer:
        base = {"SOURCE": 4, "ACCESS_KEY": None, "SECRET_KEY": None, "CONTAINER_URL": self.aws.metadata_endpoint + path,
                "CONTAINER_TOKEN": self.aws.container.authorization}
        return self.fetch(deadline_s, **{**base, **values})

    def test_a_whole_url_with_a_token_gives_the_role(self):
        self.assertEqual(self.ask().key, PASSPHRASE.encode())

    def test_a_path_of_ecs_needs_no_token(self):
        answer = self.ask(path="/v2/credentials/" + self.aws.container.task_id, CONTAINER_TOKEN=None)
        self.assertEqual(answer.key, PASSPHRASE.encode(), answer.reason)

    def test_a_wrong_or_missing_token_is_no_credentials(self):
        for token in ("wrong", None):
            self.check_refusal(self.ask(CONTAINER_TOKEN=token), "no-credentials", "HTTP 401")

    def test_an_unknown_path_is_no_credentials(self):
        self.check_refusal(self.ask(path="/v2/credentials/x"), "no-credentials", "HTTP 404")

    def test_a_token_of_two_lines_is_refused(self):
        self.check_refusal(self.ask(CONTAINER_TOKEN="a\r\nX-Evil: b"), "bad-profile", "line")

    def test_hosts_that_are_not_the_containers_are_refused(self):
        for url in ("http://10.1.2.3/c", "http://169.254.169.254/c", "http://user@127.0.0.1/c", "ftp://127.0.0.1/c",
                    "http://169.254.170.2.example.com/c", "http://127.0.0.1/a b", "http://127.0.0.1/c#d", "/v2/x", ""):
            with self.subTest(url):
                self.check_refusal(self.ask(CONTAINER_URL=url), "bad-profile", "must be https")

    def test_trouble_is_waited_out(self):
        for do, rest in (("error", {"code": "x", "status": 503}), ("reset", {}), ("close", {})):
            with self.subTest(do):
                self.aws.faults.clear()
                self.aws.fault(do, service="container", times=2, **rest)
                self.assertEqual(self.ask(20).code, "ok")

    def test_the_deadline_ends_the_tries_and_no_count_does(self):
        """More of them than instance metadata gets, and of both kinds: it says that it is in trouble, it says nothing."""
        self.aws.fault("error", service="container", code="x", status=503, nth=[1, 3])
        self.aws.fault("reset", service="container", nth=[4, 6])
        self.assertEqual(self.ask(30).code, "ok")
        self.aws.faults.clear()
        fault = self.aws.fault("error", service="container", code="x", status=503)
        answer = self.check_refusal(self.ask(6), "metadata-unreachable", "HTTP 503")
        self.assertGreater(fault.fired, 4)
        self.assertGreater(answer.seconds, 4)

    def test_no_endpoint_at_all_is_unreachable(self):
        self.check_refusal(self.ask(2, CONTAINER_URL="http://127.0.0.1:1/x"), "metadata-unreachable", "ECS or EKS")

    def test_an_expiration_that_is_no_time_is_told_and_spoils_nothing(self):
        session = self.aws.world.open_session(self.aws.world.role("luks-node"), "container", 900)
        for expiration in ("soon", 1800000000):
            self.aws.fault("body", service="container", status=200, body=json.dumps(
                {"AccessKeyId": session.key_id, "SecretAccessKey": session.secret, "Token": session.token, "Expiration": expiration}))
            answer = self.ask()
            self.assertEqual(answer.key, PASSPHRASE.encode(), answer.reason)
            self.assertIn("Expiration is no time", answer.warning)

    def test_an_answer_that_is_no_credentials_is_a_bad_reply(self):
        self.aws.fault("body", service="container", body="<html>", status=200)
        self.check_refusal(self.ask(), "bad-reply", "container")

    def test_old_credentials_are_sent_all_the_same(self):
        self.aws.container.lifetime_s = -60
        self.addCleanup(setattr, self.aws.container, "lifetime_s", 21600.0)
        self.aws.log.reset()
        self.check_refusal(self.ask(), "expired-credentials", "ExpiredTokenException")
        keys = {row.get("key_id") for row in self.aws.log.tail() if row["operation"] == "GetParameter"}
        # Once, and once more with new ones; each was the service's to refuse.
        self.assertEqual(len(keys), 2)
        self.assertLessEqual(keys, set(self.aws.world.keys))


class ProcessOutput(HelperTest):
    def ask(self, document) -> helper.Answer:
        text = document if isinstance(document, str) else json.dumps(document)
        return self.fetch(SOURCE=3, ACCESS_KEY=None, SECRET_KEY=None, PROCESS_OUTPUT=text)

    def test_keys_of_version_1_read_the_key(self):
        keys = {"Version": 1, "AccessKeyId": ADMIN_KEY, "SecretAccessKey": ADMIN_SECRET}
        self.assertEqual(self.ask(keys).key, PASSPHRASE.encode())
        self.assertEqual(self.ask({**keys, "Expiration": "2099-01-01T00:00:00Z", "SessionToken": None}).code, "ok")

    def test_documents_that_are_none_are_refused(self):
        keys = {"Version": 1, "AccessKeyId": "K", "SecretAccessKey": "very-secret"}
        for document, word in (("", "JSON"), ("[]", "JSON"), ("nonsense", "JSON"), ({**keys, "Version": 2}, "Version"),
                               ({**keys, "Version": "1"}, "Version"), ({"Version": 1}, "AccessKeyId"),
                               ({**keys, "SecretAccessKey": 5}, "SecretAccessKey"), ({**keys, "SessionToken": 5}, "SessionToken"),
                               ({**keys, "Expiration": "soon"}, "Expiration")):
            with self.subTest(document):
                answer = self.check_refusal(self.ask(document), "bad-profile", word)
                self.assertNotIn("very-secret", answer.reason)

    def test_old_keys_are_expired_credentials(self):
        keys = {"Version": 1, "AccessKeyId": "K", "SecretAccessKey": "S", "Expiration": "2001-01-01T00:00:00Z"}
        self.check_refusal(self.ask(keys), "expired-credentials", "credential_process")
