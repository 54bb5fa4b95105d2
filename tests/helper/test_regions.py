# SPDX-License-Identifier: GPL-2.0-or-later
"""A list of regions: when the next one is asked, when never, and how the time is shared.

The regions' true names lead to the emulator through its proxy.
"""
from __future__ import annotations

from emulator.emulator import NOBODY_KEY, NOBODY_SECRET
from emulator.proxy import Proxy
from emulator.world import ACCOUNT

from .kit import HelperTest

FIRST, SECOND, THIRD = "eu-central-1", "eu-west-1", "us-east-1"
LIST = [FIRST, SECOND, THIRD]
ARN = f"arn:aws:ssm:{FIRST}:123456789012:parameter/luks/r"


class Regions(HelperTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for region in LIST:
            for version in ("old", "new"):
                cls.aws.put("/luks/r", f"{version} of {region}", region=region)
        cls.aws.put("/luks/r", f"newer of {SECOND}", region=SECOND)

    def setUp(self):
        super().setUp()
        self.proxy = Proxy().start()
        self.addCleanup(self.proxy.stop)
        for region in LIST:
            self.proxy.places[f"ssm.{region}.amazonaws.com:443"] = ("127.0.0.1", self.aws.https_port)

    def down(self, *regions: str) -> None:
        for region in regions:
            del self.proxy.places[f"ssm.{region}.amazonaws.com:443"]

    def asked(self) -> list[str]:
        """The regions in the order of their first call."""
        names = [head["target"].split(".")[1] for head in self.proxy.heads]
        return list(dict.fromkeys(names))

    def ask(self, deadline_s: float = 10, **values):
        return self.fetch(deadline_s, **{"PARAMETER": "/luks/r", "REGION": LIST, "ENDPOINT_SSM": None,
                                         "PROXY": self.proxy.url, **values})

    def refuses(self, code: str, *parts: str, **values):
        return self.check_refusal(self.ask(**values), code, *parts)

    def test_the_first_region_that_answers_is_the_only_one_asked(self):
        answer = self.ask()
        self.assertEqual((answer.key, answer.region), (b"new of eu-central-1", FIRST), answer.reason)
        self.assertEqual((self.asked(), answer.warning), ([FIRST], ""))

    def test_one_that_cannot_be_reached_is_passed_over_with_a_warning(self):
        self.down(FIRST)
        answer = self.ask(deadline_s=6)
        self.assertEqual((answer.key, answer.region), (b"newer of eu-west-1", SECOND), answer.reason)
        self.assertEqual(self.asked(), [FIRST, SECOND])
        self.assertIn(FIRST, answer.warning)
        self.assertIn("unreachable", answer.warning)

    def test_throttling_and_5xx_lead_to_the_next_one(self):
        for code, status in (("ThrottlingException", 400), ("TooManyRequestsException", 429),
                             ("InternalServerError", 500), ("ServiceUnavailable", 503)):
            with self.subTest(code):
                self.aws.faults.clear()
                self.aws.fault("error", service="ssm", host=f"ssm.{FIRST}.*", code=code, status=status)
                answer = self.ask(deadline_s=3)
                self.assertEqual(answer.region, SECOND, answer.reason)

    def test_a_cut_reply_leads_to_the_next_one(self):
        self.aws.fault("truncate", service="ssm", host=f"ssm.{FIRST}.*", bytes=20)
        self.assertEqual(self.ask(deadline_s=3).region, SECOND)

    def test_a_refusal_is_an_answer_and_ends_the_list(self):
        for code, status, expected in (
                ("ParameterNotFound", 400, "no-such-parameter"), ("AccessDeniedException", 400, "access-denied"),
                ("UnrecognizedClientException", 400, "bad-credentials"), ("ValidationException", 400, "bad-request")):
            with self.subTest(code):
                self.aws.faults.clear()
                self.proxy.heads.clear()
                self.aws.fault("error", service="ssm", host=f"ssm.{FIRST}.*", code=code, status=status)
                self.refuses(expected, code)
                self.assertEqual(self.asked(), [FIRST])

    def test_a_page_with_a_4xx_status_ends_the_list_too(self):
        self.aws.fault("body", service="ssm", host=f"ssm.{FIRST}.*", status=403, content_type="text/html",
                       body="<html>no</html>")
        self.refuses("bad-reply", "HTTP 403", deadline_s=2)
        self.assertEqual(self.asked(), [FIRST])

    # -- a role is assumed at STS of the region that is asked ----------------

    def calls(self) -> list[tuple[str, str]]:
        """Service and region of each call that the proxy saw, repeats left out."""
        return list(dict.fromkeys(tuple(head["target"].split(".")[:2]) for head in self.proxy.heads))

    def ask_as_role(self, **values):
        for region in LIST:
            self.proxy.places.setdefault(f"sts.{region}.amazonaws.com:443", ("127.0.0.1", self.aws.https_port))
        return self.ask(**{"ACCESS_KEY": NOBODY_KEY, "SECRET_KEY": NOBODY_SECRET, "ROLE_SESSION": ["luks-ssm"],
                           "ROLE_ARN": [f"arn:aws:iam::{ACCOUNT}:role/luks-reader"], **values})

    def test_the_role_is_assumed_in_the_region_that_is_asked(self):
        answer = self.ask_as_role()
        self.assertEqual((answer.region, self.calls()), (FIRST, [("sts", FIRST), ("ssm", FIRST)]), answer.reason)

    def test_sts_in_trouble_leads_to_the_next_region(self):
        for fault in ({"do": "error", "code": "ServiceUnavailable", "status": 503}, {"do": "error", "code": "Throttling", "status": 400},
                      {"do": "reset"}, {"do": "truncate", "bytes": 30}):
            with self.subTest(fault):
                self.aws.faults.clear()
                self.proxy.heads.clear()
                self.aws.fault(fault["do"], service="sts", host=f"sts.{FIRST}.*", **{k: v for k, v in fault.items() if k != "do"})
                answer = self.ask_as_role(deadline_s=4)
                self.assertEqual(answer.region, SECOND, answer.reason)
                self.assertEqual(self.calls(), [("sts", FIRST), ("sts", SECOND), ("ssm", SECOND)])
                self.assertIn(FIRST, answer.warning)

    def test_a_refusal_of_sts_is_an_answer_and_ends_the_list(self):
        for code, expected in (("AccessDenied", "role-denied"), ("InvalidClientTokenId", "bad-credentials"),
                               ("RegionDisabledException", "region-disabled")):
            with self.subTest(code):
                self.aws.faults.clear()
                self.proxy.heads.clear()
                self.aws.fault("error", service="sts", host=f"sts.{FIRST}.*", code=code, status=403)
                self.check_refusal(self.ask_as_role(), expected, code)
                self.assertEqual(self.calls(), [("sts", FIRST)])

    def test_a_role_that_was_assumed_is_taken_along_to_the_next_region(self):
        self.down(FIRST)
        answer = self.ask_as_role(deadline_s=4)
        self.assertEqual(answer.region, SECOND, answer.reason)
        self.assertEqual(self.calls(), [("sts", FIRST), ("ssm", FIRST), ("ssm", SECOND)])

    def test_each_region_gets_an_equal_share_of_what_is_left(self):
        self.aws.fault("hang", service="ssm", host=f"ssm.{FIRST}.*")
        self.aws.fault("hang", service="ssm", host=f"ssm.{SECOND}.*")
        answer = self.ask(deadline_s=6)
        self.assertEqual((answer.region, self.asked()), (THIRD, LIST), answer.reason)
        self.assertGreater(answer.seconds, 3.3)
        self.assertLess(answer.seconds, 5)

    def test_all_of_them_in_trouble_end_before_the_deadline_with_the_last_ones_reason(self):
        self.down(*LIST)
        answer = self.refuses("unreachable", f"ssm.{THIRD}.amazonaws.com", deadline_s=3)
        self.assertEqual(self.asked(), LIST)
        self.assertLess(answer.seconds, 3.2)

    def test_a_later_fetch_begins_at_the_front_again(self):
        self.down(FIRST)
        for _ in range(2):
            self.proxy.heads.clear()
            self.assertEqual(self.ask(deadline_s=3).region, SECOND)
            self.assertEqual(self.asked(), [FIRST, SECOND])

    def test_a_list_goes_with_neither_an_arn_nor_a_version(self):
        self.refuses("bad-parameter", "region", "ARN", PARAMETER=ARN)
        self.refuses("bad-parameter", "region", "versions differ", PARAMETER="/luks/r:1")
        self.assertEqual(self.asked(), [])

    def test_a_mistake_in_a_later_region_shows_before_the_first_is_asked(self):
        self.refuses("bad-parameter", "dual-stack", REGION=[FIRST, "us-iso-east-1"], DUAL_STACK=1)
        self.refuses("bad-parameter", "not a region", REGION=[FIRST, "nowhere"])
        self.assertEqual(self.asked(), [])

    def test_an_older_version_is_asked_where_the_first_answer_came_from(self):
        self.down(FIRST)
        how = {"ssm_parameter": "/luks/r", "region": ",".join(LIST), "endpoint_url": None,
               "https_proxy": self.proxy.url, "environment_file": self.admin_keys()}
        answer = self.root_fetch(deadline_s=6, **how)
        self.assertEqual((answer.version, answer.region), (3, SECOND), answer.reason)
        self.proxy.heads.clear()
        answer = self.root_fetch(test_version=answer.version, test_region=answer.region, test_older=2, **how)
        self.assertEqual((answer.key, self.asked()), (b"old of eu-west-1", [SECOND]), answer.reason)

    def test_the_root_side_takes_commas_and_blanks(self):
        for text in (f"{FIRST},{SECOND}", f"{FIRST} {SECOND}", f"{FIRST}, {SECOND}"):
            answer = self.root_fetch(ssm_parameter="/luks/r", region=text, endpoint_url=None,
                                     https_proxy=self.proxy.url, environment_file=self.admin_keys())
            self.assertEqual(answer.region, FIRST, answer.reason)
