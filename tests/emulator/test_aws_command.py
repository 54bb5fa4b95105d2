# SPDX-License-Identifier: GPL-2.0-or-later
"""The stock aws command and curl are served: clients that nobody here has written."""
import json
import re
import subprocess

from .emulator import DEFAULT_KEY_ID, READER_KEY, READER_SECRET
from .testkit import EmulatorTest
from .world import ACCOUNT

READER = {"key": READER_KEY, "secret": READER_SECRET}
TEXT = ("--query", "Parameters[0].Value", "--output", "text")


class StockCommand(EmulatorTest):
    def ok(self, *arguments, **who):
        done = self.command(*arguments, **who)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout

    def fails(self, code, *arguments, **who):
        done = self.command(*arguments, **who)
        self.assertEqual(done.returncode, 254, done.stderr)
        self.assertIn(f"({code})", done.stderr)
        return done.stderr

    def test_put_and_get_with_decryption(self):
        row = self.ok("ssm", "put-parameter", "--name", "/luks/cli", "--type", "SecureString",
                      "--key-id", "alias/luks", "--value", "a passphrase")
        self.assertEqual(row, {"Version": 1, "Tier": "Standard"})
        row = self.ok("ssm", "get-parameter", "--name", "/luks/cli", "--with-decryption", **READER)
        self.assertEqual(row["Parameter"]["Value"], "a passphrase")

    def test_get_parameters_as_the_article_calls_it(self):
        self.aws.put("/luks/article", "a passphrase")
        text = self.ok("ssm", "get-parameters", "--names", "/luks/article", "--with-decryption",
                       *TEXT)
        self.assertEqual(text, "a passphrase\n")

    def test_a_missing_name_prints_none_and_succeeds(self):
        self.assertEqual(self.ok("ssm", "get-parameters", "--names", "/luks/none",
                                 "--with-decryption", *TEXT), "None\n")

    def test_by_path_lists_children_decrypted_over_pages(self):
        for number in range(12):
            self.aws.put(f"/path/{number:02}", f"value{number}")
        rows = self.ok("ssm", "get-parameters-by-path", "--path", "/path", "--with-decryption")
        self.assertEqual([row["Value"] for row in rows["Parameters"]],
                         [f"value{number}" for number in range(12)])

    def test_by_path_with_a_full_name_prints_none(self):
        self.aws.put("/path2/leaf", "x")
        self.assertEqual(self.ok("ssm", "get-parameters-by-path", "--path", "/path2/leaf",
                                 "--with-decryption", *TEXT), "None\n")

    def test_a_label_is_set(self):
        self.aws.put("/luks/label", "one")
        self.aws.put("/luks/label", "two")
        self.ok("ssm", "label-parameter-version", "--name", "/luks/label", "--parameter-version",
                "1", "--labels", "previous")
        self.assertEqual(self.ssm("GetParameter", Name="/luks/label:previous").json["Parameter"]
                         ["Version"], 1)

    def test_a_denial_is_understood(self):
        text = self.fails("AccessDeniedException", "ssm", "get-parameter", "--name", "/other",
                          **READER)
        self.assertIn("user/reader is not authorized to perform: ssm:GetParameter", text)

    def test_a_wrong_secret_is_refused(self):
        self.fails("InvalidSignatureException", "ssm", "get-parameter", "--name", "/luks/cli",
                   secret="wrong")

    def test_curl_signs_as_well(self):
        self.aws.put("/luks/curl", "by curl")
        done = subprocess.run(
            ["/usr/bin/curl", "-sS", "--cacert", self.ca, "--aws-sigv4", "aws:amz:eu-central-1:ssm",
             "--user", f"{READER_KEY}:{READER_SECRET}",
             "-H", "X-Amz-Target: AmazonSSM.GetParameter",
             "-H", "Content-Type: application/x-amz-json-1.1", self.aws.endpoint + "/",
             "-d", '{"Name": "/luks/curl", "WithDecryption": true}'],
            capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["Parameter"]["Value"], "by curl")

    def test_kms_seals_and_opens(self):
        context = ("--encryption-context", "luks-uuid=1")
        row = self.ok("kms", "encrypt", "--key-id", "alias/luks", "--plaintext", "c2VjcmV0",
                      *context)
        again = self.ok("kms", "decrypt", "--ciphertext-blob", row["CiphertextBlob"], *context)
        self.assertEqual(again["Plaintext"], "c2VjcmV0")
        self.assertTrue(again["KeyId"].endswith(DEFAULT_KEY_ID))

    def test_sts_names_the_caller_and_assumes_a_role(self):
        self.assertEqual(self.ok("sts", "get-caller-identity", **READER)["Arn"],
                         f"arn:aws:iam::{ACCOUNT}:user/reader")
        row = self.ok("sts", "assume-role", "--role-session-name", "cli", "--role-arn",
                      f"arn:aws:iam::{ACCOUNT}:role/luks-reader")
        self.assertTrue(re.match("ASIA", row["Credentials"]["AccessKeyId"]))
        self.assertTrue(row["AssumedRoleUser"]["Arn"].endswith("assumed-role/luks-reader/cli"))

    def test_an_instance_role_is_found_through_the_metadata_service(self):
        self.aws.put("/luks/role", "by role")
        environment = self.environment()
        del environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
        environment["AWS_EC2_METADATA_DISABLED"] = "false"
        # This botocore glues its path on without a slash of its own.
        environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = self.aws.metadata_endpoint + "/"
        self.environment = lambda: environment
        row = self.ok("ssm", "get-parameter", "--name", "/luks/role", "--with-decryption")
        self.assertEqual(row["Parameter"]["Value"], "by role")
