# SPDX-License-Identifier: GPL-2.0-or-later
"""IAM documents and KMS decide who reads a SecureString."""
import json

from .emulator import DEFAULT_KEY_ID, NOBODY_KEY, NOBODY_SECRET, READER_KEY, READER_SECRET
from .errors import AwsError
from .iam import check_document, evaluate
from .parameters import arn_of
from .testkit import EmulatorTest
from .world import ACCOUNT, REGION

NAME = "/luks/volume"
ARN = arn_of(NAME, ACCOUNT, REGION)
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{DEFAULT_KEY_ID}"
ALIAS = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/luks"
READ = {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": ARN}
OPEN = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY}
NESTED = "(Service: AWSKMS; Status Code: 400; Error Code: "


def under(statement: dict, operator: str, key: str, value) -> dict:
    return {**statement, "Condition": {operator: {key: value}}}


class Policies(EmulatorTest):
    def setUp(self):
        super().setUp()
        self.aws.put(NAME, "key")
        self.aws.world.source_ip = "203.0.113.10"

    def served(self, *statements):
        answer = self.read(self.user(*statements), NAME)
        self.assertEqual(answer.status, 200, answer.body)

    def denied_by_ssm(self, *statements):
        answer = self.read(self.user(*statements), NAME)
        self.assertEqual(answer.code, "AccessDeniedException", answer.body)
        self.assertIn("not authorized to perform: ssm:GetParameter", answer.message)

    def denied_by_kms(self, *statements):
        answer = self.read(self.user(*statements), NAME)
        self.assertEqual((answer.status, answer.code), (400, "AccessDeniedException"), answer.body)
        self.assertIn(NESTED + "AccessDeniedException; Request ID: ", answer.message)

    def test_parameter_arn_and_key_arn_are_enough(self):
        self.served(READ, OPEN)

    def test_the_default_reader_reads_below_luks_only(self):
        who = {"key": READER_KEY, "secret": READER_SECRET}
        self.assertEqual(self.read(who, NAME).status, 200)
        self.aws.put("/other/volume", "key")
        self.assertEqual(self.read(who, "/other/volume").code, "AccessDeniedException")

    def test_nobody_is_denied_even_a_missing_name(self):
        who = {"key": NOBODY_KEY, "secret": NOBODY_SECRET}
        for name in (NAME, "/luks/missing"):
            self.assertEqual(self.read(who, name).code, "AccessDeniedException")

    def test_without_kms_decrypt_the_denial_is_nested(self):
        self.denied_by_kms(READ)

    def test_without_get_parameter_ssm_denies(self):
        self.denied_by_ssm(OPEN)

    def test_get_parameters_does_not_include_get_parameter(self):
        self.denied_by_ssm({**READ, "Action": "ssm:GetParameters"}, OPEN)

    def test_an_alias_arn_as_resource_grants_nothing(self):
        self.denied_by_kms(READ, {**OPEN, "Resource": ALIAS})

    def test_resource_aliases_grant_what_the_alias_arn_does_not(self):
        self.served(READ, under({**OPEN, "Resource": "*"}, "ForAnyValue:StringEquals",
                                "kms:ResourceAliases", "alias/luks"))
        self.denied_by_kms(READ, under({**OPEN, "Resource": "*"}, "ForAnyValue:StringEquals",
                                       "kms:ResourceAliases", "alias/other"))

    def test_the_context_is_the_full_parameter_arn(self):
        name = "kms:EncryptionContext:PARAMETER_ARN"
        self.served(READ, under(OPEN, "StringEquals", name, ARN))
        self.denied_by_kms(READ, under(OPEN, "StringEquals", name, ARN + "x"))
        self.denied_by_kms(READ, under(OPEN, "StringEquals", name, NAME))

    def test_via_service_is_the_regional_ssm(self):
        self.served(READ, under(OPEN, "StringEquals", "kms:ViaService",
                                f"ssm.{REGION}.amazonaws.com"))
        self.denied_by_kms(READ, under(OPEN, "StringEquals", "kms:ViaService",
                                       "ssm.us-east-1.amazonaws.com"))

    def test_a_source_address_works_for_ssm_and_denies_for_kms(self):
        row = ("IpAddress", "aws:SourceIp", "203.0.113.0/24")
        self.served(under(READ, *row), OPEN)
        self.denied_by_ssm(under(READ, "IpAddress", "aws:SourceIp", "192.0.2.0/24"), OPEN)
        self.denied_by_kms(READ, under(OPEN, *row))

    def test_through_an_endpoint_the_vpce_counts_and_the_source_address_is_gone(self):
        self.aws.world.source_vpce = "vpce-1234"
        self.served(under(READ, "StringEquals", "aws:SourceVpce", "vpce-1234"), OPEN)
        self.served(under(READ, "IpAddress", "aws:VpcSourceIp", "10.0.0.0/8"), OPEN)
        self.denied_by_ssm(under(READ, "IpAddress", "aws:SourceIp", "203.0.113.0/24"), OPEN)

    def test_an_explicit_deny_wins(self):
        answer = self.read(self.user(READ, OPEN, {**READ, "Effect": "Deny"}), NAME)
        self.assertIn("explicit deny", answer.message)
        self.denied_by_kms(READ, OPEN, {**OPEN, "Effect": "Deny"})

    def test_wildcards_match_actions_without_case_and_resources_with_it(self):
        self.served({**READ, "Action": "SSM:get*"}, {**OPEN, "Action": ["kms:De*"]})
        self.served({**READ, "Resource": ARN[:-2] + "??"}, OPEN)
        self.denied_by_ssm({**READ, "Resource": ARN.upper()}, OPEN)

    def test_not_action_and_not_resource_exclude(self):
        self.denied_by_ssm({"Effect": "Allow", "NotAction": "ssm:*", "Resource": "*"})
        self.denied_by_ssm({"Effect": "Allow", "Action": "*", "NotResource": ARN})

    def test_an_unknown_condition_operator_is_a_bad_document(self):
        with self.assertRaises(AwsError):
            check_document({"Statement": [under(READ, "StringMatches", "aws:username", "x")]})

    def test_operators(self):
        rows = [("StringLike", "n", "a*", "abc", True), ("StringNotEquals", "n", "a", "a", False),
                ("NumericLessThan", "n", "5", "4", True), ("Bool", "n", "true", True, True),
                ("Null", "n", "true", "x", False), ("Null", "other", "true", "x", True),
                ("StringEqualsIfExists", "other", "a", "x", True),
                ("StringNotEquals", "other", "a", "x", True),
                ("ForAllValues:StringEquals", "n", ["a", "b"], ["a", "c"], False),
                ("ForAnyValue:StringEquals", "n", ["a", "b"], ["a", "c"], True),
                ("DateLessThan", "n", "2030-01-01T00:00:00Z", "1700000000", True),
                ("NotIpAddress", "n", "10.0.0.0/8", "10.1.1.1", False)]
        for operator, key, want, have, expected in rows:
            document = {"Statement": [under(READ, operator, key, want)]}
            verdict = evaluate([document], "ssm:GetParameter", ARN, {"n": have})
            self.assertEqual(verdict == "Allow", expected, operator)

    def test_variables_are_filled_in(self):
        key = self.aws.world.add_user("vera", [{"Statement": [
            {**READ, "Resource": ARN.rsplit("/", 1)[0] + "/${aws:username}"}, OPEN]}])
        self.aws.put("/luks/vera", "hers")
        who = {"key": key.key_id, "secret": key.secret}
        self.assertEqual(self.read(who, "/luks/vera").status, 200)
        self.assertEqual(self.read(who, NAME).code, "AccessDeniedException")


class Keys(EmulatorTest):
    def setUp(self):
        super().setUp()
        self.aws.put(NAME, "key")

    def admin_reads(self, name=NAME):
        return self.ssm("GetParameter", Name=name, WithDecryption=True)

    def nested(self, answer, outer, code):
        self.assertEqual(answer.code, outer, answer.body)
        self.assertRegex(answer.message,
                         rf"\(Service: AWSKMS; Status Code: \d+; Error Code: {code}; Request ID: ")

    def test_key_states_surface_as_invalid_key_id(self):
        for state, code in (("Disabled", "DisabledException"),
                            ("PendingDeletion", "KMSInvalidStateException"),
                            ("PendingImport", "KMSInvalidStateException")):
            self.aws.kms.set_state("alias/luks", state)
            self.nested(self.admin_reads(), "InvalidKeyId", code)

    def test_an_unavailable_key_is_a_server_error(self):
        self.aws.kms.set_state("alias/luks", "Unavailable")
        answer = self.admin_reads()
        self.assertEqual(answer.status, 500)
        self.nested(answer, "InternalServerError", "KeyUnavailableException")

    def test_an_unknown_key_at_put_is_not_found(self):
        answer = self.ssm("PutParameter", Name="/luks/n", Value="v", Type="SecureString",
                          KeyId="alias/none")
        self.nested(answer, "InvalidKeyId", "NotFoundException")

    def test_a_deleted_key_denies(self):
        key = self.aws.kms.add_key("alias/gone")
        self.aws.put("/luks/gone", "v", key="alias/gone")
        del self.aws.kms.keys[key.key_id]
        self.nested(self.admin_reads("/luks/gone"), "AccessDeniedException",
                    "AccessDeniedException")

    def test_with_the_managed_key_a_reader_needs_no_kms_statement(self):
        self.aws.put("/luks/managed", "v", key="alias/aws/ssm")
        who = self.user({**READ, "Resource": arn_of("/luks/managed", ACCOUNT, REGION)})
        self.assertEqual(self.read(who, "/luks/managed").status, 200)

    def test_the_managed_key_is_no_use_without_ssm(self):
        answer = self.call("kms", "Encrypt", {"KeyId": "alias/aws/ssm", "Plaintext": "eA=="},
                           **self.user())
        self.assertEqual(answer.code, "AccessDeniedException")

    def test_a_key_policy_may_grant_without_iam_and_may_forbid(self):
        who = self.user(READ)
        arn = self.aws.world.keys[who["key"]].principal.arn
        key = self.aws.kms.keys[DEFAULT_KEY_ID]
        whole = key.policy
        self.addCleanup(setattr, key, "policy", whole)
        row = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "kms:Decrypt",
               "Resource": "*"}
        key.policy = {"Statement": whole["Statement"] + [row]}
        self.assertEqual(self.read(who, NAME).status, 200)
        key.policy = {"Statement": whole["Statement"] + [{**row, "Effect": "Deny"}]}
        self.nested(self.read(self.as_allowed(who), NAME), "AccessDeniedException",
                    "AccessDeniedException")

    def as_allowed(self, who):
        name = self.aws.world.keys[who["key"]].principal.name
        self.aws.world.set_policies(name, [{"Statement": [READ, OPEN]}])
        return who

    def test_without_the_account_in_the_key_policy_iam_alone_grants_nothing(self):
        key = self.aws.kms.keys[DEFAULT_KEY_ID]
        self.addCleanup(setattr, key, "policy", key.policy)
        key.policy = {"Statement": [{**OPEN, "Resource": "*",
                                     "Principal": {"AWS": "arn:aws:iam::111111111111:root"}}]}
        self.nested(self.admin_reads(), "AccessDeniedException", "AccessDeniedException")

    def test_the_advanced_tier_asks_for_a_data_key(self):
        write = {"Effect": "Allow", "Action": "ssm:PutParameter", "Resource": ARN + "2"}
        body = {"Name": NAME + "2", "Value": "v", "Type": "SecureString", "KeyId": "alias/luks",
                "Overwrite": True}
        sealing = self.user(write, {**OPEN, "Action": "kms:Encrypt"})
        data_key = self.user(write, {**OPEN, "Action": "kms:GenerateDataKey"})
        put = lambda who, tier: self.call("ssm", "PutParameter", {**body, "Tier": tier}, **who)
        self.assertEqual(put(data_key, "Standard").code, "AccessDeniedException")
        self.assertEqual(put(sealing, "Standard").status, 200)
        self.assertEqual(put(sealing, "Advanced").code, "AccessDeniedException")
        self.assertEqual(put(data_key, "Advanced").status, 200)

    def test_a_blob_opens_only_with_its_context_and_its_key(self):
        sealed = self.call("kms", "Encrypt", {"KeyId": "alias/luks", "Plaintext": "eA==",
                                              "EncryptionContext": {"u": "1"}}).json
        blob = sealed["CiphertextBlob"]
        opened = lambda **more: self.call("kms", "Decrypt", {"CiphertextBlob": blob, **more})
        good = opened(EncryptionContext={"u": "1"}, KeyId=KEY)
        self.assertEqual((good.json["Plaintext"], good.json["KeyId"]), ("eA==", KEY))
        wrong = opened(EncryptionContext={"u": "2"})
        self.assertEqual(wrong.code, "InvalidCiphertextException")
        other = self.aws.kms.add_key().arn
        answer = opened(EncryptionContext={"u": "1"}, KeyId=other)
        self.assertEqual(answer.code, "IncorrectKeyException")

    def test_a_data_key_comes_plain_and_sealed(self):
        row = self.call("kms", "GenerateDataKey", {"KeyId": "alias/luks",
                                                   "KeySpec": "AES_256"}).json
        again = self.call("kms", "Decrypt", {"CiphertextBlob": row["CiphertextBlob"]}).json
        self.assertEqual(again["Plaintext"], row["Plaintext"])

    def test_describe_shows_the_state(self):
        self.aws.kms.set_state("alias/luks", "Disabled")
        row = self.call("kms", "DescribeKey", {"KeyId": ALIAS}).json["KeyMetadata"]
        self.assertEqual((row["KeyState"], row["Enabled"], row["Arn"]), ("Disabled", False, KEY))

    def test_no_log_row_holds_a_value_or_a_secret(self):
        self.aws.put("/luks/quiet", "this is the passphrase")
        self.admin_reads("/luks/quiet")
        text = json.dumps(self.aws.log.rows)
        self.assertIn("/luks/quiet", text)
        for secret in ("this is the passphrase", "emulated/admin"):
            self.assertNotIn(secret, text)
