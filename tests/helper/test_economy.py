# SPDX-License-Identifier: GPL-2.0-or-later
"""What one fetch costs the other side: connections, handshakes and metadata tokens, as the emulator counts them."""
from __future__ import annotations

from . import helper
from .kit import PASSPHRASE, HelperTest


class Economy(HelperTest):
    def counted(self, request: dict) -> dict:
        """One fetch that works, and what the emulator counted of it."""
        self.aws.log.reset()
        answer = helper.fetch(request)
        self.assertEqual(answer.key, PASSPHRASE.encode(), answer.reason)
        return self.aws.log.snapshot()

    def test_a_fetch_is_one_request_over_one_connection(self):
        counters = self.counted(self.request())
        self.assertEqual(counters.get("requests"), 1, counters)
        self.assertEqual(counters.get("connections"), 1, counters)

    def test_a_try_after_trouble_goes_over_the_same_connection(self):
        self.aws.fault("error", service="ssm", code="InternalServerError", status=500, times=1)
        counters = self.counted(self.request())
        self.assertEqual(counters.get("requests"), 2, counters)
        self.assertEqual(counters.get("connections"), 1, counters)

    def test_the_metadata_token_is_asked_for_once_for_region_and_credentials(self):
        counters = self.counted(self.metadata_request(REGION=None))
        self.assertEqual(counters.get("imds.token"), 1, counters)
        for operation in ("region", "role", "credentials"):
            self.assertEqual(counters.get(f"imds.{operation}"), 1, counters)

    def test_metadata_and_ssm_take_one_connection_each(self):
        counters = self.counted(self.metadata_request(REGION=None))
        connections = {name: count for name, count in counters.items() if name.startswith("connections.")}
        self.assertEqual(sorted(connections.values()), [1, 1], connections)
