# SPDX-License-Identifier: GPL-2.0-or-later
"""A parameter of another account, named by its full ARN: how it is read, and what is missing when it is not."""
from __future__ import annotations

from emulator.emulator import allow_all
from emulator.parameters import parse_wanted
from emulator.world import ACCOUNT, REGION

from .kit import HelperTest

OTHER = "999999999999"
ARN = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/luks/shared"
KEY_POLICY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "kms:*", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Resource": "*"},
    {"Effect": "Allow", "Action": "kms:Decrypt", "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"}, "Resource": "*"}]}


class Shared(HelperTest):
    """The node is of the account 999999999999, and may do everything there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aws.kms.add_key("alias/shared", KEY_POLICY)
        for value in ("first", "second", "third"):
            cls.aws.put("/luks/shared", value, key="alias/shared")
        cls.aws.put("/luks/own", "not shared", key="alias/shared")
        cls.aws.put("/luks/other-key", "shared, but not its key")
        for name in ("/luks/shared", "/luks/other-key"):
            cls.aws.share(name, OTHER)
        cls.node = cls.aws.world.add_user("stranger", [allow_all()], account=OTHER)

    def ask(self, name: str, **values):
        return self.fetch(PARAMETER=name, REGION=None, ACCESS_KEY=self.node.key_id, SECRET_KEY=self.node.secret,
                          **values)

    def refuses(self, name: str, code: str, *parts: str):
        return self.check_refusal(self.ask(name), code, *parts)

    def root_ask(self, name: str, **params):
        keys = self.write("stranger", f"AWS_ACCESS_KEY_ID={self.node.key_id}\n"
                                      f"AWS_SECRET_ACCESS_KEY={self.node.secret}\n")
        return self.root_fetch(ssm_parameter=name, environment_file=keys, **params)

    def test_a_shared_parameter_is_read_by_its_arn_alone(self):
        answer = self.ask(ARN)
        self.assertEqual((answer.key, answer.version, answer.has_older), (b"third", 3, True), answer.reason)
        self.assertEqual(answer.region, "eu-central-1")

    def test_an_arn_with_a_version_or_a_label_reads_that_one(self):
        self.aws.ssm.store.get(parse_wanted(ARN, ACCOUNT, REGION)).label(2, ["current"])
        answer = self.ask(ARN + ":1")
        self.assertEqual((answer.key, answer.has_older), (b"first", False), answer.reason)
        answer = self.ask(ARN + ":current")
        self.assertEqual((answer.key, answer.version, answer.has_older), (b"second", 2, True), answer.reason)
        self.refuses(ARN + ":9", "no-such-parameter", "ParameterVersionNotFound")

    def test_an_older_version_of_a_shared_parameter_is_asked_by_its_arn(self):
        answer = self.root_ask(ARN)
        self.assertEqual((answer.key, answer.has_older), (b"third", True), answer.reason)
        answer = self.root_ask(ARN, test_version=answer.version, test_region=answer.region, test_older=2)
        self.assertEqual((answer.code, answer.key, answer.version), ("ok", b"first", 1), answer.reason)

    def test_one_that_is_not_shared_is_denied_and_the_reason_says_to_share_it(self):
        self.refuses(ARN.replace("shared", "own"), "access-denied", "luks/own", "share it")
        self.refuses(ARN.replace("shared", "nowhere"), "access-denied", "luks/nowhere", "share it")

    def test_one_whose_key_is_not_shared_is_denied_by_the_key(self):
        answer = self.refuses(ARN.replace("shared", "other-key"), "access-denied", "kms:Decrypt", "key")
        self.assertNotIn("share it", answer.reason)

    def test_the_name_without_the_account_is_a_parameter_of_ones_own(self):
        self.check_refusal(self.fetch(PARAMETER="/luks/shared", ACCESS_KEY=self.node.key_id,
                                      SECRET_KEY=self.node.secret), "no-such-parameter", "account")
