# SPDX-License-Identifier: GPL-2.0-or-later
"""Credentials that come from outside AWS and come late: root looks for them again until the deadline."""
from __future__ import annotations

import os
import threading

from emulator import ADMIN_KEY, ADMIN_SECRET
from emulator.world import ACCOUNT

from .kit import PASSPHRASE, HelperTest

WEB = f"arn:aws:iam::{ACCOUNT}:role/luks-web"
KEYS = f'{{"Version": 1, "AccessKeyId": "{ADMIN_KEY}", "SecretAccessKey": "{ADMIN_SECRET}"%s}}'
PAST = ', "Expiration": "2020-01-01T00:00:00Z"'


class IdentityToken(HelperTest):
    def setUp(self):
        super().setUp()
        self.aws.log.rows.clear()

    def ask(self, token: str, deadline_s: float):
        token_file = self.write("token", token)
        variables = self.write("web", f"AWS_ENDPOINT_URL_STS={self.aws.endpoint}\nAWS_ROLE_ARN={WEB}\n"
                               f"AWS_WEB_IDENTITY_TOKEN_FILE={token_file}\n")
        return self.root_fetch(environment_file=variables, region="eu-central-1", deadline_s=deadline_s)

    def asked(self) -> int:
        return sum(row["operation"] == "AssumeRoleWithWebIdentity" for row in self.aws.log.rows)

    def renew(self) -> None:
        """As kubelet does it: another file takes the name."""
        os.rename(self.write("token.new", self.aws.sts.add_web_token()), self.directory / "token")

    def test_an_expired_token_that_is_renewed_on_disk_serves_within_the_deadline(self):
        timer = threading.Timer(1.5, self.renew)
        timer.start()
        self.addCleanup(timer.join)
        answer = self.ask(self.aws.sts.add_web_token(lifetime_s=-1), deadline_s=15)
        self.assertEqual((answer.code, answer.key), ("ok", PASSPHRASE.encode()), answer.reason)
        self.assertGreater(self.asked(), 1)

    def test_an_expired_token_that_nobody_renews_is_named_before_the_deadline(self):
        answer = self.ask(self.aws.sts.add_web_token(lifetime_s=-1), deadline_s=5)
        self.check_refusal(answer, "slow-credentials", "web_identity_token_file", "expired")
        self.assertGreater(self.asked(), 1)
        self.assertLess(answer.seconds, 5.3)

    def test_a_token_that_is_refused_for_anything_else_is_asked_for_once(self):
        self.check_refusal(self.ask("a.b.c", deadline_s=10), "bad-credentials", "InvalidIdentityToken")
        self.assertEqual(self.asked(), 1)


class Programs(HelperTest):
    """A credential_process that notes each of its runs, and does something else in each."""

    def ask(self, *runs: str, deadline_s: float):
        count = self.directory / "runs"
        count.write_text("")
        cases = "".join(f"{place}) {what} ;;\n" for place, what in enumerate(runs[:-1], 1)) + f"*) {runs[-1]} ;;\n"
        program = self.write("program", f"#!/bin/sh\necho >>{count}\ncase $(grep -c '' {count}) in\n{cases}esac\n", 0o700)
        config = self.write("config", f"[default]\nregion = eu-central-1\ncredential_process = {program}\n")
        return self.root_fetch(config_file=config, deadline_s=deadline_s)

    def runs(self) -> int:
        return len((self.directory / "runs").read_text())

    def test_a_program_that_hung_is_run_again_within_the_deadline(self):
        answer = self.ask("exec sleep 60", f"echo '{KEYS % ''}'", deadline_s=8)
        self.assertEqual((answer.code, answer.key), ("ok", PASSPHRASE.encode()), answer.reason)
        self.assertEqual(self.runs(), 2)

    def test_a_program_that_always_hangs_is_named_before_the_deadline(self):
        answer = self.ask("exec sleep 60", deadline_s=6)
        self.check_refusal(answer, "slow-credentials", "profile default", "credential_process", "in time")
        self.assertGreater(self.runs(), 1)
        self.assertLess(answer.seconds, 6.3)

    def test_a_program_that_fails_is_not_run_again(self):
        self.check_refusal(self.ask("exit 3", deadline_s=6), "bad-profile", "exit code 3")
        self.assertEqual(self.runs(), 1)

    def test_a_program_whose_keys_have_expired_is_asked_once_more(self):
        answer = self.ask(f"echo '{KEYS % PAST}'", f"echo '{KEYS % ''}'", deadline_s=8)
        self.assertEqual((answer.code, answer.key), ("ok", PASSPHRASE.encode()), answer.reason)
        self.check_refusal(self.ask(f"echo '{KEYS % PAST}'", deadline_s=8), "expired-credentials", "has expired")
        self.assertEqual(self.runs(), 2)
