# SPDX-License-Identifier: GPL-2.0-or-later
"""What the value of the parameter becomes, and which values are refused."""
from __future__ import annotations

import base64

from emulator.parameters import parse_wanted
from emulator.world import ACCOUNT, REGION

from .kit import NAME, PASSPHRASE, HelperTest


class Values(HelperTest):
    def put(self, value: str, **how) -> None:
        self.aws.put("/luks/value", value, **how)

    def value(self, value: str, encoding: str):
        self.put(value)
        return self.fetch(PARAMETER="/luks/value", ENCODING=encoding)

    def test_a_secure_string_comes_decrypted_with_its_version(self):
        answer = self.fetch()
        self.assertEqual((answer.code, answer.key), ("ok", PASSPHRASE.encode()))
        self.assertGreaterEqual(answer.version, 1)

    def test_text_ends_at_the_first_newline_and_more_lines_warn(self):
        self.assertEqual(self.value("one\n\n", "text").key, b"one")
        self.assertEqual(self.value("one\n\n", "text").warning, "")
        answer = self.value("one\ntwo", "text")
        self.assertEqual(answer.key, b"one")
        self.assertIn("first line", answer.warning)

    def test_text_with_a_backslash_is_marked(self):
        self.assertTrue(self.value("a\\nb", "text").has_backslash)
        self.assertFalse(self.value("a b", "text").has_backslash)

    def test_raw_keeps_every_byte(self):
        self.assertEqual(self.value("zwei\nZeilen ü\n", "raw").key, "zwei\nZeilen ü\n".encode())

    def test_base64_of_random_bytes_is_decoded(self):
        key = bytes(range(256))
        text = base64.encodebytes(key).decode()
        self.assertEqual(self.value(text, "base64").key, key)

    def test_hex_in_either_case_is_decoded(self):
        self.assertEqual(self.value("00ffAb10\n", "hex").key, bytes.fromhex("00ffab10"))

    def test_an_undecodable_value_is_refused_and_not_quoted(self):
        for value, encoding in (("c2VjcmV0!", "base64"), ("c2VjcmV0c2VjcmV0=", "base64"),
                                ("abc", "hex"), ("zz", "hex")):
            self.put(value)
            answer = self.refused("bad-value", "/luks/value", "key_encoding",
                                  PARAMETER="/luks/value", ENCODING=encoding)
            self.assertNotIn(value, answer.reason)

    def test_an_empty_passphrase_is_refused(self):
        self.put("\n")
        self.refused("bad-value", "no passphrase", PARAMETER="/luks/value")
        self.aws.fault("body", service="ssm", status=200,
                       content_type="application/x-amz-json-1.1",
                       body='{"Parameter": {"Type": "SecureString", "Value": "", "Version": 1}}')
        self.refused("bad-value", "the value is empty")

    def test_a_value_of_4_kib_is_taken_and_one_above_64_kib_refused(self):
        self.put("x" * 4096)
        self.assertEqual(len(self.fetch(PARAMETER="/luks/value").key), 4096)
        body = '{"Parameter": {"Type": "SecureString", "Value": "%s", "Version": 1}}' % ("x" * 65537)
        self.aws.fault("body", service="ssm", status=200,
                       content_type="application/x-amz-json-1.1", body=body)
        self.refused("bad-value", "65537 bytes")

    def test_a_secret_of_64_kib_comes_whole_through_helper_and_root_side(self):
        value = "".join(chr(33 + (7 * i) % 90) for i in range(65536))
        self.aws.put_secret("large", value)
        name = "/aws/reference/secretsmanager/large"
        answer = self.root_fetch(ssm_parameter=name, region="eu-central-1", key_encoding="raw",
                                 environment_file=self.admin_keys())
        self.assertEqual((answer.code, answer.key), ("ok", value.encode()), answer.reason)
        self.assertFalse(answer.has_older)

    def test_a_string_in_place_of_a_secure_string_is_refused_unless_allowed(self):
        self.put("plain", kind="String")
        self.refused("not-a-secure-string", "require_secure_string", PARAMETER="/luks/value")
        answer = self.fetch(PARAMETER="/luks/value", PLAIN_STRING_OK=1)
        self.assertEqual(answer.key, b"plain")

    def test_a_secret_of_secrets_manager_is_read_by_reference_and_has_no_older_one(self):
        self.aws.put_secret("disk", "from the manager")
        answer = self.fetch(PARAMETER="/aws/reference/secretsmanager/disk")
        self.assertEqual((answer.code, answer.key), ("ok", b"from the manager"), answer.reason)
        self.assertFalse(answer.has_older)

    def test_a_reference_to_secrets_manager_has_no_older_one_whatever_version_it_shows(self):
        self.aws.fault("body", service="ssm", status=200, content_type="application/x-amz-json-1.1",
                       body='{"Parameter": {"Type": "SecureString", "Value": "managed", "Version": 7}}')
        answer = self.fetch(PARAMETER="/aws/reference/secretsmanager/disk")
        self.assertEqual((answer.key, answer.version, answer.has_older), (b"managed", 7, False), answer.reason)
        self.assertTrue(self.fetch(PARAMETER="/luks/disk").has_older, "without the reference it has one")


class Versions(HelperTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for value in ("first", "second", "third"):
            cls.aws.put("/luks/versions", value)

    def test_without_a_selector_the_newest_comes_and_older_ones_are_told(self):
        answer = self.fetch(PARAMETER="/luks/versions")
        self.assertEqual((answer.key, answer.version, answer.has_older), (b"third", 3, True))

    def test_the_first_version_has_no_older_one(self):
        self.assertFalse(self.fetch().has_older and self.fetch().version == 1)

    def test_a_pinned_version_comes_and_names_no_older_one(self):
        answer = self.fetch(PARAMETER="/luks/versions:2")
        self.assertEqual((answer.key, answer.has_older), (b"second", False))

    def test_a_version_is_asked_for_by_number(self):
        self.assertEqual(self.fetch(PARAMETER="/luks/versions", VERSION=2).key, b"second")
        self.assertEqual(self.fetch(PARAMETER=self.arn("/luks/versions"), VERSION=1).key, b"first")

    def test_a_label_comes_and_the_version_that_it_marks_has_older_ones(self):
        self.aws.ssm.store.get(parse_wanted("/luks/versions", ACCOUNT, REGION)).label(2, ["current"])
        answer = self.fetch(PARAMETER="/luks/versions:current")
        self.assertEqual((answer.key, answer.version, answer.has_older), (b"second", 2, True), answer.reason)
        self.refused("no-such-parameter", "ParameterVersionNotFound", PARAMETER="/luks/versions:absent")

    def test_a_version_that_is_not_there_is_no_parameter(self):
        self.refused("no-such-parameter", "ParameterVersionNotFound", PARAMETER="/luks/versions:9")

    def test_the_root_side_counts_down_from_the_first_answer(self):
        answer = self.root_fetch(ssm_parameter="/luks/versions", region="eu-central-1",
                                 environment_file=self.admin_keys(), test_version=3, test_older=2)
        self.assertEqual((answer.code, answer.key), ("ok", b"first"), answer.reason)

    def arn(self, name: str) -> str:
        return "arn:aws:ssm:eu-central-1:123456789012:parameter" + name

    def test_an_arn_names_its_region_and_contradicting_it_is_refused(self):
        answer = self.fetch(PARAMETER=self.arn(NAME), REGION=None)
        self.assertEqual(answer.key, PASSPHRASE.encode(), answer.reason)
        self.refused("bad-parameter", "contradicts", PARAMETER=self.arn(NAME), REGION="us-east-1")
