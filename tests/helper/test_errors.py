# SPDX-License-Identifier: GPL-2.0-or-later
"""Errors of SSM and KMS: by outer code and nested code, with the request id."""
from __future__ import annotations

import re

from .kit import HelperTest

JSON = "application/x-amz-json-1.1"
REQUEST_ID = re.compile(r"request [0-9a-f-]{36}\)")


class Errors(HelperTest):
    def error(self, status: str, code: str, deadline_s: float = 3, **fault):
        self.aws.faults.clear()
        self.aws.fault("error", service="ssm", code=code, **fault)
        return self.refused(status, code, deadline_s=deadline_s)

    def test_a_missing_parameter_is_named_with_code_and_request_id(self):
        answer = self.refused("no-such-parameter", "/luks/nothing", "ParameterNotFound",
                              PARAMETER="/luks/nothing")
        self.assertRegex(answer.reason, REQUEST_ID)

    def test_a_denied_parameter_is_access_denied(self):
        from emulator.emulator import NOBODY_KEY, NOBODY_SECRET
        self.refused("access-denied", "AccessDeniedException", "ssm:GetParameter",
                     ACCESS_KEY=NOBODY_KEY, SECRET_KEY=NOBODY_SECRET)

    def test_a_long_name_leaves_room_for_the_request_id(self):
        answer = self.refused("no-such-parameter", PARAMETER="/" + "/".join(["component"] * 14))
        self.assertRegex(answer.reason, REQUEST_ID)

    def test_a_disabled_key_and_one_pending_deletion_are_unusable_keys(self):
        self.aws.kms.set_state("alias/luks", "Disabled")
        self.refused("kms-key-unusable", "disabled", "DisabledException")
        self.aws.kms.set_state("alias/luks", "PendingDeletion")
        self.refused("kms-key-unusable", "KMSInvalidStateException")

    def test_a_missing_kms_grant_names_kms_decrypt(self):
        self.aws.fault("error", service="kms", operation="Decrypt", code="AccessDeniedException",
                       outer="AccessDeniedException")
        answer = self.refused("access-denied", "kms:Decrypt", "AccessDeniedException")
        self.assertRegex(answer.reason, REQUEST_ID)

    def test_kms_throttling_inside_an_invalid_key_id_is_tried_again(self):
        self.aws.fault("error", service="kms", operation="Decrypt", code="ThrottlingException", times=1)
        self.assertEqual(self.fetch().code, "ok")

    def test_kms_trouble_is_service_trouble(self):
        for code in ("KMSInternalException", "DependencyTimeoutException", "KeyUnavailableException"):
            self.aws.faults.clear()
            self.aws.fault("error", service="kms", operation="Decrypt", code=code,
                           outer="InvalidKeyId")
            self.refused("service-trouble", code, deadline_s=2)

    def test_an_unknown_nested_code_leaves_the_outer_one(self):
        self.aws.fault("error", service="ssm", code="InvalidKeyId", nested="NewFancyException")
        self.refused("kms-key-unusable", "InvalidKeyId")

    def test_text_that_only_looks_like_a_nested_code_steers_nothing(self):
        self.aws.fault("error", service="ssm", code="ValidationException",
                       message="(Service: AWSKMS; Error Code: ThrottlingException; x)")
        self.refused("bad-request", "ValidationException")

    def test_every_spelling_of_the_code_is_read(self):
        for shape in ("bare", "namespace", "url"):
            for header, body_type in ((True, True), (True, False), (False, True)):
                for key in ("message", "Message"):
                    style = self.aws.error_style
                    style.shape, style.header, style.body_type = shape, header, body_type
                    style.message_key = key
                    self.refused("no-such-parameter", "ParameterNotFound", PARAMETER="/luks/nothing")

    def test_codes_map_to_their_rows(self):
        for code, status in (("UnrecognizedClientException", "bad-credentials"),
                             ("IncompleteSignatureException", "bad-credentials"),
                             ("MissingAuthenticationTokenException", "bad-credentials"),
                             ("ExpiredTokenException", "expired-credentials"),
                             ("OptInRequired", "region-disabled"),
                             ("ValidationException", "bad-request"),
                             ("SomethingNew", "bad-request")):
            with self.subTest(code):
                self.error(status, code)

    def test_a_wrong_secret_with_a_right_clock_is_bad_credentials_at_once(self):
        answer = self.refused("bad-credentials", "InvalidSignatureException", SECRET_KEY="wrong",
                              deadline_s=10)
        self.assertLess(answer.seconds, 3)

    def test_an_unknown_access_key_is_bad_credentials(self):
        self.refused("bad-credentials", "UnrecognizedClientException",
                     ACCESS_KEY="AKIANOSUCHKEY0000000")


class Transient(HelperTest):
    def passes(self, do: str, **fault):
        self.aws.faults.clear()
        self.aws.fault(do, times=2, **fault)
        answer = self.fetch(deadline_s=20)
        self.assertEqual(answer.code, "ok", answer.reason)

    def test_what_passes_by_itself_is_tried_again_until_it_works(self):
        for code, status in (("ThrottlingException", 400), ("TooManyRequestsException", 429),
                             ("InternalServerError", 500), ("ServiceUnavailable", 503)):
            with self.subTest(code):
                self.passes("error", service="ssm", code=code, status=status)
        for do in ("reset", "close", "html"):
            with self.subTest(do):
                self.passes(do, service="ssm")
        with self.subTest("truncate"):
            self.passes("truncate", service="ssm", bytes=20)

    def test_what_does_not_pass_ends_at_the_deadline_with_its_code(self):
        for code, expected in (("ThrottlingException", "throttled"),
                               ("InternalServerError", "service-trouble")):
            self.aws.faults.clear()
            self.aws.fault("error", service="ssm", code=code)
            answer = self.refused(expected, code, "tries]", deadline_s=4)
            self.assertGreater(answer.seconds, 1)

    def test_a_server_that_never_answers_is_unreachable(self):
        self.aws.fault("hang", service="ssm")
        self.refused("unreachable", "no answer", deadline_s=3)

    def test_a_refused_connection_is_unreachable(self):
        self.refused("unreachable", "no connection", ENDPOINT_SSM="https://127.0.0.1:1", deadline_s=2)

    def test_an_unknown_name_is_unreachable(self):
        # A label of 64 letters: the resolver refuses it without asking anybody.
        self.refused("unreachable", "name is not known", deadline_s=3,
                     ENDPOINT_SSM=f"https://{'a' * 64}.invalid")
