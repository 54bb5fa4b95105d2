# SPDX-License-Identifier: GPL-2.0-or-later
"""Only a request signed as AWS asks is served."""
from .emulator import ADMIN_KEY
from .sigv4 import MISMATCH
from .testkit import EmulatorTest


class Signature(EmulatorTest):
    def setUp(self):
        super().setUp()
        self.aws.put("/sig/a", "value", "String")
        self.request = self.signed("ssm", "GetParameter", {"Name": "/sig/a"})

    def refused(self, answer, code, part, status=400):
        self.assertEqual((answer.status, answer.code), (status, code), answer.body)
        self.assertIn(part, answer.message)

    def test_a_good_signature_is_served(self):
        answer = self.send(self.request)
        self.assertEqual((answer.status, answer.json["Parameter"]["Value"]), (200, "value"))
        self.assertEqual(answer.headers["content-type"], "application/x-amz-json-1.1")
        self.assertEqual(len(answer.headers["x-amzn-requestid"]), 36)

    def test_a_wrong_secret_is_refused(self):
        answer = self.call("ssm", "GetParameter", {"Name": "/sig/a"}, secret="wrong")
        self.refused(answer, "InvalidSignatureException", MISMATCH)

    def test_an_unknown_key_id_is_refused(self):
        answer = self.call("ssm", "GetParameter", {"Name": "/sig/a"}, key="AKIAUNKNOWN")
        self.refused(answer, "UnrecognizedClientException", "security token")

    def test_a_changed_body_is_refused(self):
        self.request.data = self.request.data.replace(b"/sig/a", b"/sig/b")
        self.refused(self.send(self.request), "InvalidSignatureException", MISMATCH)

    def test_a_changed_target_is_refused(self):
        self.request.headers.replace_header("X-Amz-Target", "AmazonSSM.DeleteParameter")
        self.refused(self.send(self.request), "InvalidSignatureException", MISMATCH)

    def test_a_host_without_its_port_is_refused(self):
        self.request.headers.replace_header("Host", "localhost")
        self.refused(self.send(self.request), "InvalidSignatureException", MISMATCH)

    def test_an_unsigned_x_amz_header_is_refused(self):
        answer = self.send(self.request, more=[("X-Amz-Odd", "1")])
        self.refused(answer, "InvalidSignatureException", "'x-amz-odd' must be a 'SignedHeader'")

    def test_a_signed_header_that_was_not_sent_is_refused(self):
        request = self.signed("ssm", "GetParameter", {"Name": "/sig/a"}, extra={"X-Gone": "1"})
        del request.headers["X-Gone"]
        self.refused(self.send(request), "InvalidSignatureException", "was not sent")

    def test_two_dates_are_refused(self):
        answer = self.send(self.request, more=[("X-Amz-Date", self.request.headers["X-Amz-Date"])])
        self.refused(answer, "IncompleteSignatureException", "X-Amz-Date")

    def test_no_authorization_is_refused(self):
        del self.request.headers["Authorization"]
        self.refused(self.send(self.request), "MissingAuthenticationTokenException", "Missing")

    def test_an_unsorted_list_of_signed_headers_is_refused(self):
        text = self.request.headers["Authorization"]
        swapped = text.replace("content-type;host", "host;content-type")
        self.assertNotEqual(text, swapped)
        self.request.headers.replace_header("Authorization", swapped)
        self.refused(self.send(self.request), "InvalidSignatureException", "sorted")

    def test_half_an_authorization_is_refused(self):
        text = self.request.headers["Authorization"].split(", SignedHeaders")[0]
        self.request.headers.replace_header("Authorization", text)
        self.refused(self.send(self.request), "IncompleteSignatureException", "SignedHeaders")

    def test_a_scope_of_another_service_is_refused(self):
        text = self.request.headers["Authorization"].replace("/ssm/", "/kms/")
        self.request.headers.replace_header("Authorization", text)
        self.refused(self.send(self.request), "InvalidSignatureException", "service: 'ssm'")

    def test_a_scope_of_another_region_than_the_host_is_refused(self):
        answer = self.call("ssm", "GetParameter", {"Name": "/sig/a"}, region="eu-west-1",
                           host="ssm.eu-central-1.amazonaws.com")
        self.refused(answer, "InvalidSignatureException", "valid region")

    def test_a_clock_six_minutes_behind_is_told_expired_with_a_date(self):
        self.aws.clock.offset_s = 360
        answer = self.send(self.request)
        self.refused(answer, "InvalidSignatureException", "Signature expired: ")
        self.assertIn("- 5 min.)", answer.message)
        self.assertIn("date", answer.headers)

    def test_a_clock_six_minutes_ahead_is_told_not_yet_current(self):
        self.aws.clock.offset_s = -360
        self.refused(self.send(self.request), "InvalidSignatureException",
                     "Signature not yet current: ")

    def test_four_minutes_of_skew_are_served(self):
        for offset in (-240, 240):
            self.aws.clock.offset_s = offset
            self.assertEqual(self.send(self.request).status, 200)

    def test_sts_allows_fourteen_minutes_and_not_sixteen(self):
        request = self.signed("sts", "GetCallerIdentity", {})
        self.aws.clock.offset_s = 840
        self.assertEqual(self.send(request).status, 200)
        self.aws.clock.offset_s = 960
        answer = self.send(request)
        self.assertEqual(answer.status, 403)
        self.assertIn("<Code>SignatureDoesNotMatch</Code>", answer.text)
        self.assertIn("- 15 min.)", answer.text)

    def test_sts_has_its_own_names(self):
        answer = self.call("sts", "GetCallerIdentity", {}, key="AKIAUNKNOWN")
        self.assertEqual(answer.status, 403)
        self.assertIn("<Code>InvalidClientTokenId</Code>", answer.text)
        answer = self.call("sts", "GetCallerIdentity", {}, secret="wrong")
        self.assertIn("<Code>SignatureDoesNotMatch</Code>", answer.text)

    def test_an_expired_session_is_refused(self):
        role = self.aws.world.role("luks-node")
        key = self.aws.world.open_session(role, "late", -1)
        answer = self.call("ssm", "GetParameter", {"Name": "/luks/a"}, key=key.key_id,
                           secret=key.secret, token=key.token)
        self.refused(answer, "ExpiredTokenException", "expired")

    def test_a_session_without_its_token_is_refused(self):
        key = self.aws.world.open_session(self.aws.world.role("luks-node"), "bare", 900)
        answer = self.call("ssm", "GetParameter", {"Name": "/luks/a"}, key=key.key_id,
                           secret=key.secret)
        self.refused(answer, "UnrecognizedClientException", "security token")

    def test_a_token_must_be_signed(self):
        key = self.aws.world.open_session(self.aws.world.role("luks-node"), "loose", 900)
        request = self.signed("ssm", "GetParameter", {"Name": "/luks/a"}, key=key.key_id,
                              secret=key.secret)
        answer = self.send(request, more=[("X-Amz-Security-Token", key.token)])
        self.refused(answer, "InvalidSignatureException", "'x-amz-security-token' must be")

    def test_odd_bytes_in_the_body_are_signed_as_they_are(self):
        for body in ('{"Name": "/sig/a", "x": "\u00e4\u20ac"}'.encode(), b'{"Name":"/sig/a"}  '):
            self.assertEqual(self.call("ssm", "GetParameter", body).status, 200)

    def test_an_inactive_key_is_refused(self):
        self.aws.world.keys[ADMIN_KEY].active = False
        self.addCleanup(setattr, self.aws.world.keys[ADMIN_KEY], "active", True)
        self.refused(self.send(self.request), "UnrecognizedClientException", "security token")
