# SPDX-License-Identifier: GPL-2.0-or-later
"""When the helper asks again, how long it waits before, and what a wrong clock has to do with it."""
from __future__ import annotations

import time
from email.utils import formatdate

from .kit import PASSPHRASE, HelperTest


class Waits(HelperTest):
    def throttled(self, retry_after: str, deadline_s: float = 10, times: int | None = 1):
        self.aws.faults.clear()
        self.aws.log.rows.clear()
        self.aws.fault("error", service="ssm", code="ThrottlingException", times=times,
                       headers={"Retry-After": retry_after})
        return self.fetch(deadline_s)

    def asked(self) -> int:
        return sum(row["operation"] == "GetParameter" for row in self.aws.log.rows)

    def test_retry_after_in_seconds_is_waited_for(self):
        answer = self.throttled("2")
        self.assertEqual((answer.key, self.asked()), (PASSPHRASE.encode(), 2), answer.reason)
        self.assertGreaterEqual(answer.seconds, 2)

    def test_retry_after_as_a_date_is_waited_for(self):
        answer = self.throttled(formatdate(time.time() + 3, usegmt=True))
        self.assertEqual((answer.key, self.asked()), (PASSPHRASE.encode(), 2), answer.reason)
        self.assertGreaterEqual(answer.seconds, 1.9)

    def test_a_retry_after_beyond_the_deadline_still_leaves_a_try(self):
        answer = self.throttled("3600", deadline_s=3)
        self.assertEqual((answer.key, self.asked()), (PASSPHRASE.encode(), 2), answer.reason)
        self.assertLess(answer.seconds, 2.5)

    def test_a_malformed_retry_after_asks_for_nothing(self):
        for text in ("soon", "-60", "6e1", "99999999999999999999", "60 seconds"):
            answer = self.throttled(text)
            self.assertEqual(answer.key, PASSPHRASE.encode(), answer.reason)
            self.assertLess(answer.seconds, 2)

    def test_the_deadline_ends_the_tries_and_no_count_does(self):
        answer = self.throttled("0", deadline_s=9, times=None)
        self.assertEqual(answer.code, "throttled")
        self.assertGreater(self.asked(), 3)
        self.assertGreater(answer.seconds, 4)
        self.assertLess(answer.seconds, 9.5)


class Clock(HelperTest):
    def test_the_date_of_a_plain_connection_corrects_no_clock(self):
        self.aws.clock.offset_s = 3600
        self.refused("clock-skew", "slow", deadline_s=3,
                     ENDPOINT_SSM=f"http://127.0.0.1:{self.aws.http_port}")

    def test_a_refused_signature_with_the_right_time_is_the_secret(self):
        answer = self.refused("bad-credentials", "secret access key", SECRET_KEY="not/the+secret")
        self.assertLess(answer.seconds, 3)
        self.assertNotIn("not/the+secret", answer.reason)

    def test_a_malformed_date_leaves_the_clock_and_is_named(self):
        body = '{"__type": "InvalidSignatureException", "message": "Signature expired"}'
        gateway = self.aws.gateway
        shape = gateway._shape

        def undated(reply, route):
            reply = shape(reply, route)
            reply.headers[:] = [("Date", "yesterday") if name == "Date" else (name, value)
                                for name, value in reply.headers]
            return reply

        gateway._shape = undated
        self.addCleanup(setattr, gateway, "_shape", shape)
        self.aws.fault("body", service="ssm", status=400, body=body)
        self.refused("bad-credentials", "Date is malformed", "clock")
