# SPDX-License-Identifier: GPL-2.0-or-later
"""Roles assumed by keys, by an identity token, and one from another; each way in which STS refuses."""
from __future__ import annotations

from emulator import ADMIN_KEY, ADMIN_SECRET
from emulator.emulator import NOBODY_KEY, NOBODY_SECRET
from emulator.world import ACCOUNT

from . import helper
from .kit import PASSPHRASE, HelperTest

READER = f"arn:aws:iam::{ACCOUNT}:role/luks-reader"
SECOND = f"arn:aws:iam::{ACCOUNT}:role/luks-second"
GUARDED = f"arn:aws:iam::{ACCOUNT}:role/luks-guarded"
WEB = f"arn:aws:iam::{ACCOUNT}:role/luks-web"


def trust(principal: str, **condition) -> dict:
    row = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": [principal]}}
    return {"Statement": [{**row, **({"Condition": condition} if condition else {})}]}


class Roles(HelperTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policies = cls.aws.world.role("luks-reader").policies
        cls.aws.world.add_role("luks-second", list(policies), trust(READER))
        cls.aws.world.add_role("luks-guarded", list(policies), trust(
            f"arn:aws:iam::{ACCOUNT}:user/nobody", StringEquals={"sts:ExternalId": "volume 7/=+"}))

    def ask(self, *roles: str, deadline_s: float = 10, **values) -> helper.Answer:
        base = {"ACCESS_KEY": NOBODY_KEY, "SECRET_KEY": NOBODY_SECRET, "ENDPOINT_STS": self.aws.endpoint,
                "ROLE_ARN": list(roles), "ROLE_SESSION": ["luks-ssm"] * len(roles)}
        return self.fetch(deadline_s, **{**base, **values})

    def asked(self, operation: str) -> list:
        return [row for row in self.aws.log.tail(1000) if row["operation"] == operation]

    # -- with keys -----------------------------------------------------------

    def test_a_role_reads_what_its_user_may_not(self):
        self.check_refusal(self.ask(), "access-denied")
        self.assertEqual(self.ask(READER).key, PASSPHRASE.encode())

    def test_a_role_is_assumed_from_another_in_order(self):
        self.assertEqual(self.ask(READER, SECOND).key, PASSPHRASE.encode())
        self.check_refusal(self.ask(SECOND, READER), "role-denied", "luks-second")

    def test_the_external_id_is_sent_byte_for_byte(self):
        self.assertEqual(self.ask(GUARDED, ROLE_EXTERNAL_ID="volume 7/=+").code, "ok")
        self.check_refusal(self.ask(GUARDED, ROLE_EXTERNAL_ID="volume 8"), "role-denied", "external_id")
        self.check_refusal(self.ask(GUARDED), "role-denied", "luks-guarded")

    def test_a_role_on_top_of_the_instances_own(self):
        self.assertEqual(self.ask(READER, SOURCE=2, ACCESS_KEY=None, SECRET_KEY=None).key, PASSPHRASE.encode())

    def test_a_duration_that_the_role_does_not_allow_is_refused(self):
        self.assertEqual(self.ask(READER, ROLE_DURATION=900).code, "ok")
        self.check_refusal(self.ask(READER, ROLE_DURATION=899), "bad-request", "duration")

    def test_a_role_that_is_denied_is_not_asked_for_again(self):
        before = len(self.asked("AssumeRole"))
        answer = self.ask(SECOND)
        self.check_refusal(answer, "role-denied", "luks-second", "AccessDenied")
        self.assertEqual(len(self.asked("AssumeRole")), before + 1)
        self.assertNotIn("tries", answer.reason)

    def test_wrong_keys_are_bad_credentials(self):
        self.check_refusal(self.ask(READER, SECRET_KEY="wrong"), "bad-credentials", "SignatureDoesNotMatch")
        self.check_refusal(self.ask(READER, ACCESS_KEY="AKIAUNKNOWN"), "bad-credentials", "InvalidClientTokenId")

    def test_a_wrong_clock_is_corrected_by_sts_too(self):
        self.aws.clock.offset_s = 3600.0
        answer = self.ask(READER)
        self.assertEqual(answer.key, PASSPHRASE.encode(), answer.reason)
        self.assertIn("clock", answer.warning)

    def test_an_expiration_that_is_no_time_is_told_and_spoils_nothing(self):
        session = self.aws.world.open_session(self.aws.world.role("luks-reader"), "luks-ssm", 900)
        parts = (("AccessKeyId", session.key_id), ("SecretAccessKey", session.secret), ("SessionToken", session.token), ("Expiration", "soon"))
        leaves = "".join(f"<{name}>{text}</{name}>" for name, text in parts)
        self.aws.fault("body", service="sts", status=200, content_type="text/xml", body="<AssumeRoleResponse><AssumeRoleResult>"
                       f"<Credentials>{leaves}</Credentials></AssumeRoleResult></AssumeRoleResponse>")
        answer = self.ask(READER)
        self.assertEqual(answer.key, PASSPHRASE.encode(), answer.reason)
        self.assertIn("Expiration is no time", answer.warning)

    def test_a_session_that_expired_is_asked_for_once_more(self):
        self.aws.fault("expired_token", service="ssm", nth=1)
        before = len(self.asked("AssumeRole"))
        self.assertEqual(self.ask(READER).code, "ok")
        self.assertEqual(len(self.asked("AssumeRole")), before + 2)

    def test_trouble_of_sts_is_waited_out(self):
        for do, rest in (("error", {"code": "InternalFailure", "status": 500}), ("reset", {}), ("close", {}),
                         ("error", {"code": "Throttling", "status": 400}), ("html", {"status": 503})):
            with self.subTest(f"{do} {rest}"):
                self.aws.faults.clear()
                self.aws.fault(do, service="sts", operation="AssumeRole", times=2, **rest)
                self.assertEqual(self.ask(READER, deadline_s=20).code, "ok")

    def test_replies_that_are_not_of_sts_are_bad_replies(self):
        for body, kind in (("<html></html>", "text/html"), ("{}", "application/json"), ("<a/>", "text/xml"),
                           ("<AssumeRoleResponse>", "text/xml"), ("", "text/xml")):
            with self.subTest(body):
                self.aws.faults.clear()
                self.aws.fault("body", service="sts", body=body, content_type=kind, status=200)
                self.check_refusal(self.ask(READER, deadline_s=1.5), "bad-reply")

    def test_no_sts_at_all_is_unreachable(self):
        self.check_refusal(self.ask(READER, deadline_s=2, ENDPOINT_STS="https://127.0.0.1:1"), "unreachable")

    def test_a_region_that_is_not_enabled_says_so(self):
        self.aws.fault("error", service="sts", code="RegionDisabledException", status=403)
        self.check_refusal(self.ask(READER), "region-disabled")

    # -- with an identity token ----------------------------------------------

    def web(self, token: str, **values) -> helper.Answer:
        return self.ask(WEB, SOURCE=5, ACCESS_KEY=None, SECRET_KEY=None, WEB_IDENTITY_TOKEN=token, **values)

    def test_an_identity_token_gives_the_role(self):
        self.assertEqual(self.web(self.aws.sts.add_web_token()).key, PASSPHRASE.encode())

    def test_the_question_with_a_token_is_not_signed(self):
        self.web(self.aws.sts.add_web_token())
        self.assertNotIn("key_id", self.asked("AssumeRoleWithWebIdentity")[-1])

    def test_a_role_on_top_of_the_one_for_the_token(self):
        self.aws.world.add_role("luks-third", [], trust(WEB))
        answer = self.ask(WEB, f"arn:aws:iam::{ACCOUNT}:role/luks-third", SOURCE=5, ACCESS_KEY=None, SECRET_KEY=None,
                          WEB_IDENTITY_TOKEN=self.aws.sts.add_web_token())
        self.check_refusal(answer, "access-denied")

    def test_an_identity_token_that_expired_is_slow_credentials(self):
        self.check_refusal(self.web(self.aws.sts.add_web_token(lifetime_s=-1)), "slow-credentials", "expired", "file")

    def test_an_identity_token_of_nobody_is_refused(self):
        self.check_refusal(self.web("a.b.c"), "bad-credentials", "InvalidIdentityToken")
        token = self.aws.sts.add_web_token(audience="elsewhere")
        self.check_refusal(self.web(token), "role-denied", "luks-web")

    def test_the_identity_provider_may_be_slow(self):
        self.aws.fault("error", service="sts", code="IDPCommunicationError", status=400, times=1)
        self.assertEqual(self.web(self.aws.sts.add_web_token()).code, "ok")

    def test_the_administrator_needs_no_role(self):
        self.assertEqual(self.ask(ACCESS_KEY=ADMIN_KEY, SECRET_KEY=ADMIN_SECRET).code, "ok")
