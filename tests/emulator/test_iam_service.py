# SPDX-License-Identifier: GPL-2.0-or-later
"""A user is made for one purpose with the stock command: what it may, its keys, and the end of it."""
import json

from .emulator import ADMIN_KEY, READER_KEY
from .errors import AwsError
from .testkit import EmulatorTest
from .world import REGION, Caller

ALL_OF_SSM = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}]}


class Users(EmulatorTest):
    def iam(self, *arguments, **who):
        done = self.command("iam", *arguments, **who)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if done.stdout else {}

    def fails(self, code, operation, key=ADMIN_KEY, **form):
        caller = Caller(self.aws.world.keys[key].principal, self.aws.world.keys[key], REGION, {})
        with self.assertRaises(AwsError) as refused:
            self.aws.iam.handle(operation, form, caller)
        self.assertEqual(refused.exception.code, code)

    def made(self, name) -> dict:
        """A new user's keys, for call()."""
        self.assertEqual(self.iam("create-user", "--user-name", name)["User"]["Arn"].split("/")[-1], name)
        row = self.iam("create-access-key", "--user-name", name)["AccessKey"]
        return {"key": row["AccessKeyId"], "secret": row["SecretAccessKey"]}

    def test_a_policy_counts_from_when_it_is_put_until_it_is_deleted(self):
        who = self.made("reader-by-api")
        self.aws.put("/luks/iam", "text", kind="String")
        read = lambda: self.call("ssm", "GetParameter", {"Name": "/luks/iam"}, **who).status  # noqa: E731
        self.assertEqual(read(), 400)
        policy = ("--user-name", "reader-by-api", "--policy-name", "read")
        self.iam("put-user-policy", *policy, "--policy-document", json.dumps(ALL_OF_SSM))
        self.assertEqual(read(), 200)
        self.iam("delete-user-policy", *policy)
        self.assertEqual(read(), 400)

    def test_what_is_not_there_or_not_allowed_or_no_policy_is_refused(self):
        self.fails("EntityAlreadyExists", "CreateUser", UserName="reader")
        self.fails("NoSuchEntity", "CreateAccessKey", UserName="nobody-at-all")
        self.fails("NoSuchEntity", "DeleteUserPolicy", UserName="reader", PolicyName="none")
        for document in ("", "{}", '{"Statement": []}', '{"Statement": [{"Effect": "Perhaps"}]}'):
            self.fails("MalformedPolicyDocument", "PutUserPolicy", UserName="reader", PolicyName="p", PolicyDocument=document)
        self.fails("InvalidAction", "DeleteUser", UserName="reader")
        self.fails("AccessDenied", "CreateUser", READER_KEY, UserName="another")

    def test_a_key_s_policy_is_replaced(self):
        self.assertEqual(self.call("kms", "PutKeyPolicy", {"KeyId": "alias/luks", "Policy": "no policy"}).status, 400)
        key = self.aws.kms.find("alias/luks", "123456789012", "eu-central-1")
        before = key.policy
        self.addCleanup(setattr, key, "policy", before)
        policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:DescribeKey", "Resource": "*"}]}
        done = self.call("kms", "PutKeyPolicy", {"KeyId": key.key_id, "PolicyName": "default", "Policy": json.dumps(policy)})
        self.assertEqual(done.status, 200)
        self.assertEqual(key.policy, policy)
