# SPDX-License-Identifier: GPL-2.0-or-later
"""STS hands out sessions as trust policies allow."""
import re

from .emulator import NOBODY_KEY, NOBODY_SECRET
from .testkit import EmulatorTest
from .world import ACCOUNT

NOBODY = {"key": NOBODY_KEY, "secret": NOBODY_SECRET}
READER = f"arn:aws:iam::{ACCOUNT}:role/luks-reader"
WEB = f"arn:aws:iam::{ACCOUNT}:role/luks-web"


def field(answer, name: str) -> str:
    found = re.search(rf"<{name}>([^<]*)</{name}>", answer.text)
    return found.group(1) if found else ""


class Tokens(EmulatorTest):
    def assume(self, arn=READER, who=None, **more):
        body = {"RoleArn": arn, "RoleSessionName": "node1", **more}
        return self.call("sts", "AssumeRole", body, **(who or NOBODY))

    def unsigned(self, **more):
        request = self.signed("sts", "AssumeRoleWithWebIdentity",
                              {"RoleArn": WEB, "RoleSessionName": "node1", **more})
        del request.headers["Authorization"]
        return self.send(request)

    def keys(self, answer) -> dict:
        self.assertEqual(answer.status, 200, answer.text)
        return {"key": field(answer, "AccessKeyId"), "secret": field(answer, "SecretAccessKey"),
                "token": field(answer, "SessionToken")}

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, field(answer, "Code")), (status, code), answer.text)

    def test_who_am_i(self):
        answer = self.call("sts", "GetCallerIdentity", {}, **NOBODY)
        self.assertEqual(field(answer, "Arn"), f"arn:aws:iam::{ACCOUNT}:user/nobody")
        self.assertEqual(answer.headers["content-type"], "text/xml")

    def test_a_trusted_user_gets_keys_that_work(self):
        who = self.keys(self.assume())
        self.aws.put("/luks/sts", "key")
        self.assertEqual(self.read(who, "/luks/sts").json["Parameter"]["Value"], "key")
        arn = field(self.call("sts", "GetCallerIdentity", {}, **who), "Arn")
        self.assertEqual(arn, f"arn:aws:sts::{ACCOUNT}:assumed-role/luks-reader/node1")

    def test_an_untrusted_user_is_denied(self):
        self.refused(self.assume(who=self.user()), 403, "AccessDenied")

    def test_a_missing_role_is_denied(self):
        self.refused(self.assume(READER + "x"), 403, "AccessDenied")

    def test_an_external_id_must_match(self):
        role = self.aws.world.add_role("outside", [], {"Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole", "Condition": {
                "StringEquals": {"sts:ExternalId": "x-1"}},
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"}}]})
        self.keys(self.assume(role.arn, ExternalId="x-1"))
        self.refused(self.assume(role.arn, ExternalId="x-2"), 403, "AccessDenied")
        self.refused(self.assume(role.arn), 403, "AccessDenied")

    def test_a_role_may_assume_the_next_for_an_hour_at_most(self):
        key = self.aws.world.open_session(self.aws.world.role("luks-node"), "chain", 900)
        who = {"key": key.key_id, "secret": key.secret, "token": key.token}
        self.keys(self.assume(who=who))
        self.refused(self.assume(who=who, DurationSeconds="7200"), 400, "ValidationError")

    def test_less_than_fifteen_minutes_is_refused(self):
        self.refused(self.assume(DurationSeconds="899"), 400, "ValidationError")

    def test_a_session_ends(self):
        who = self.keys(self.assume(DurationSeconds="900"))
        self.aws.clock.offset_s = 901
        for key in ("sts", "ssm"):
            answer = self.send(self.late(key, who))
            self.assertIn("ExpiredToken", answer.text)

    def late(self, service, who):
        operation = {"sts": "GetCallerIdentity", "ssm": "GetParameter"}[service]
        return self.signed(service, operation, {"Name": "/luks/sts"}, **who)

    def test_a_session_policy_narrows(self):
        policy = '{"Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}'
        who = self.keys(self.assume(Policy=policy))
        self.aws.put("/luks/sts", "key")
        self.assertEqual(self.read(who, "/luks/sts").code, "AccessDeniedException")

    def test_a_web_token_needs_no_signature(self):
        who = self.keys(self.unsigned(WebIdentityToken=self.aws.sts.add_web_token()))
        self.aws.put("/luks/sts", "key")
        self.assertEqual(self.read(who, "/luks/sts").status, 200)

    def test_bad_web_tokens_have_their_names(self):
        make = self.aws.sts.add_web_token
        self.refused(self.unsigned(WebIdentityToken="none"), 400, "InvalidIdentityToken")
        self.refused(self.unsigned(WebIdentityToken=make(lifetime_s=-1)), 400,
                     "ExpiredTokenException")
        self.refused(self.unsigned(WebIdentityToken=make(audience="else")), 403, "AccessDenied")

    def test_unknown_actions_are_refused(self):
        self.refused(self.call("sts", "GetNothing", {}), 400, "InvalidAction")
