# SPDX-License-Identifier: GPL-2.0-or-later
"""Each fault does what the script says, to whom it says, as often as it says."""
import http.client
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

from .emulator import ADMIN_KEY, READER_KEY, READER_SECRET
from .faults import ACTIONS, Fault
from .testkit import EmulatorTest

NAME = "/luks/fault"


class Faults(EmulatorTest):
    def setUp(self):
        super().setUp()
        self.aws.put(NAME, "key")
        self.aws.log.reset()

    def get(self, **how):
        return self.call("ssm", "GetParameter", {"Name": NAME, "WithDecryption": True}, **how)

    def codes(self, count):
        return [self.get().json.get("__type", "ok") for _ in range(count)]

    def timed(self):
        began = time.monotonic()
        answer = self.get()
        return answer, time.monotonic() - began

    # -- whom, when --------------------------------------------------------

    def test_throttling_twice_then_success(self):
        self.aws.fault("error", service="ssm", code="ThrottlingException", times=2)
        self.assertEqual(self.codes(3), ["ThrottlingException", "ThrottlingException", "ok"])
        self.assertEqual(self.aws.log.counters["error.ThrottlingException"], 2)

    def test_only_the_nth_request(self):
        self.aws.fault("error", code="InternalServerError", nth=2)
        self.assertEqual(self.codes(3), ["ok", "InternalServerError", "ok"])

    def test_a_range_of_requests(self):
        self.aws.fault("error", code="InternalServerError", nth=[2, 3])
        self.assertEqual(self.codes(4), ["ok"] + ["InternalServerError"] * 2 + ["ok"])

    def test_one_operation(self):
        self.aws.fault("error", operation="PutParameter")
        self.assertEqual(self.codes(1), ["ok"])
        self.assertEqual(self.ssm("PutParameter", Name=NAME).code, "InternalServerError")

    def test_one_credential(self):
        self.aws.fault("error", credential=READER_KEY)
        self.assertEqual(self.codes(1), ["ok"])
        self.assertEqual(self.get(key=READER_KEY, secret=READER_SECRET).status, 500)

    def test_a_rate_lets_the_slow_through(self):
        self.aws.fault("error", service="ssm", code="ThrottlingException", rate=2)
        codes = self.codes(12)
        self.assertEqual(codes[:2], ["ok"] * 2)
        self.assertIn("ThrottlingException", codes)
        time.sleep(0.6)
        self.assertEqual(self.codes(1), ["ok"])

    def test_clear_by_name_leaves_the_others(self):
        self.aws.fault("error", code="A", name="a")
        self.aws.fault("error", code="B", name="b")
        self.assertEqual(self.aws.faults.clear("a"), 1)
        self.assertEqual(self.codes(1), ["B"])

    def test_unknown_words_are_refused(self):
        for row in ({"do": "explode"}, {"do": "error", "cod": "A"}, {"code": "A"}):
            with self.assertRaises(ValueError):
                Fault.from_dict(row)

    # -- errors ---------------------------------------------------------------

    def test_statuses_and_codes(self):
        for status, code in ((400, "ThrottlingException"), (403, "AccessDeniedException"),
                             (429, "TooManyRequestsException"), (500, "InternalServerError"),
                             (502, "BadGateway"), (503, "ServiceUnavailable"), (504, "Timeout")):
            fault = self.aws.fault("error", code=code, status=status, times=1)
            answer = self.get()
            self.assertEqual((answer.status, answer.code), (status, code))
            self.assertEqual(fault.fired, 1)

    def test_a_nested_kms_code(self):
        self.aws.fault("error", code="InvalidKeyId", nested="DisabledException",
                       message="arn is disabled.")
        self.assertRegex(self.get().message, r"^arn is disabled\. \(Service: AWSKMS; Status Code: "
                         r"400; Error Code: DisabledException; Request ID: [0-9a-f-]{36}; Proxy: "
                         r"null\)$")

    def test_kms_throttled_comes_through_ssm(self):
        self.aws.fault("error", service="kms", operation="Decrypt", code="ThrottlingException")
        answer = self.get()
        self.assertEqual(answer.code, "InvalidKeyId")
        self.assertIn("Error Code: ThrottlingException;", answer.message)
        self.aws.faults.clear()
        self.aws.fault("error", service="kms", code="ThrottlingException",
                       outer="ThrottlingException")
        self.assertEqual(self.get().code, "ThrottlingException")

    def test_an_expired_token_once(self):
        self.aws.fault("expired_token", nth=1)
        self.assertEqual(self.codes(2), ["ExpiredTokenException", "ok"])

    def test_one_error_in_another_spelling(self):
        self.aws.fault("error", code="ParameterNotFound", shape="namespace")
        self.assertEqual(self.codes(1), ["com.amazonaws.ssm#ParameterNotFound"])

    def test_sts_errors_are_xml(self):
        self.aws.fault("error", service="sts", code="Throttling", status=400)
        answer = self.call("sts", "GetCallerIdentity", {})
        self.assertIn("<Code>Throttling</Code>", answer.text)

    def test_after_the_work_is_done(self):
        self.aws.fault("close", operation="PutParameter", after=True, times=1)
        with self.assertRaises(http.client.RemoteDisconnected):
            self.ssm("PutParameter", Name="/luks/twice", Value="x", Type="String")
        self.assertEqual(self.ssm("GetParameter", Name="/luks/twice").status, 200)

    # -- the way ------------------------------------------------------------------

    def test_a_delay_delays_and_then_answers(self):
        self.aws.fault("delay", service="ssm", seconds=0.2)
        answer, took = self.timed()
        self.assertEqual(answer.status, 200)
        self.assertGreaterEqual(took, 0.2)

    def test_a_delay_before_the_handshake(self):
        self.aws.fault("connect_delay", service="https", seconds=0.2)
        self.assertGreaterEqual(self.timed()[1], 0.2)

    def test_a_reset_is_a_reset(self):
        for do in ("reset", "connect_reset"):
            self.aws.faults.clear()
            self.aws.fault(do)
            with self.assertRaises(ConnectionResetError):
                self.get()

    def test_a_close_has_no_answer(self):
        self.aws.fault("close")
        with self.assertRaises(http.client.RemoteDisconnected):
            self.get()

    def test_a_close_before_the_handshake(self):
        self.aws.fault("connect_close", service="https")
        with self.assertRaises((ssl.SSLError, ConnectionResetError)):
            self.get()

    def test_a_hang_answers_nothing(self):
        for do in ("hang", "connect_hang"):
            self.aws.faults.clear()
            self.aws.fault(do)
            with self.assertRaises(TimeoutError):
                self.send(self.signed("ssm", "GetParameter", {"Name": NAME}), self.open(0.3))

    def test_a_hang_of_the_metadata_token_only(self):
        self.aws.fault("hang", service="imds", operation="token")
        with self.assertRaises(TimeoutError):
            self.fetch("PUT", "/latest/api/token", timeout=0.3)
        self.assertEqual(self.fetch("GET", "/latest/meta-data/").status, 401)

    # -- the body -------------------------------------------------------------------

    def test_a_truncated_body(self):
        self.aws.fault("truncate", bytes=20)
        with self.assertRaises((http.client.IncompleteRead, ssl.SSLError)) as caught:
            self.get()
        if isinstance(caught.exception, http.client.IncompleteRead):
            self.assertEqual(len(caught.exception.partial), 20)

    def test_an_oversized_body_is_still_json(self):
        self.aws.fault("oversize", bytes=300000)
        answer = self.get()
        self.assertEqual((len(answer.body), answer.json["Parameter"]["Value"]), (300000, "key"))

    def test_a_chunked_body(self):
        self.aws.fault("chunked")
        answer = self.get()
        self.assertEqual(answer.headers["transfer-encoding"], "chunked")
        self.assertEqual(answer.json["Parameter"]["Value"], "key")

    def test_a_body_ended_by_the_close(self):
        self.aws.fault("no_length")
        answer = self.get()
        self.assertNotIn("content-length", answer.headers)
        self.assertEqual(answer.json["Parameter"]["Value"], "key")

    def test_a_stall_and_a_drip_in_the_body(self):
        for do, seconds in (("body_delay", 0.2), ("drip", 0.001)):
            self.aws.faults.clear()
            self.aws.fault(do, seconds=seconds)
            answer, took = self.timed()
            self.assertEqual(answer.json["Parameter"]["Value"], "key")
            self.assertGreaterEqual(took, 0.2)

    def test_a_stall_before_the_last_byte_is_counted_when_it_begins(self):
        self.aws.fault("body_delay", seconds=0.5, bytes=-1)
        before = self.aws.log.snapshot().get("stalled", 0)
        with ThreadPoolExecutor(1) as threads:
            answer = threads.submit(self.timed)
            until = time.monotonic() + 5
            while self.aws.log.snapshot().get("stalled", 0) == before and time.monotonic() < until:
                time.sleep(0.01)
            self.assertFalse(answer.done())
            self.assertEqual(answer.result()[0].json["Parameter"]["Value"], "key")

    def test_a_wrong_and_a_missing_content_type(self):
        self.aws.fault("content_type", content_type="text/plain", times=1)
        self.assertEqual(self.get().headers["content-type"], "text/plain")
        self.aws.faults.clear()
        self.aws.fault("content_type")
        self.assertNotIn("content-type", self.get().headers)

    def test_a_captive_portal(self):
        self.aws.fault("html")
        answer = self.get()
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/html"))
        self.assertIn("<html>", answer.text)

    def test_a_redirect(self):
        self.aws.fault("redirect", status=307, location="https://localhost/x")
        answer = self.get()
        self.assertEqual((answer.status, answer.headers["location"]), (307, "https://localhost/x"))

    def test_any_body(self):
        self.aws.fault("body", body='{"Parameter": 1}', status=206, headers={"X-Odd": "1"})
        answer = self.get()
        self.assertEqual((answer.status, answer.text, answer.headers["x-odd"]),
                         (206, '{"Parameter": 1}', "1"))

    # -- the clock --------------------------------------------------------------------

    def test_a_skewed_clock_shows_in_date_and_verdict(self):
        self.aws.fault("skew", seconds=900)
        answer = self.get()
        self.assertIn("Signature expired: ", answer.message)
        shown = parsedate_to_datetime(answer.headers["date"]).timestamp()
        self.assertAlmostEqual(shown - time.time(), 900, delta=5)

    def test_the_log_names_the_faults(self):
        self.aws.fault("error", code="A", name="mine")
        self.get()
        row = self.aws.log.rows[-1]
        self.assertEqual((row["faults"], row["key_id"], row["operation"]),
                         (["mine"], ADMIN_KEY, "GetParameter"))

    def test_every_action_has_a_test_of_its_effect(self):
        with open(__file__, encoding="utf-8") as stream:
            text = stream.read()
        self.assertEqual([do for do in ACTIONS if f'"{do}"' not in text], [])


class Speed(EmulatorTest):
    def test_a_request_takes_a_few_milliseconds(self):
        """Client and server together; the fastest wall time, for other work shares the machine."""
        self.aws.put(NAME, "key")
        took = []
        link = self.open()
        cpu = time.process_time()
        for _ in range(50):
            request = self.signed("ssm", "GetParameter", {"Name": NAME, "WithDecryption": True})
            began = time.monotonic()
            self.assertEqual(self.send(request, link).status, 200)
            took.append(time.monotonic() - began)
        link.close()
        self.assertLess((time.process_time() - cpu) / 50, 0.010)
        self.assertLess(min(took), 0.010)

    def test_fifty_hung_clients_hold_nobody_up(self):
        self.aws.put(NAME, "key")
        self.aws.fault("hang", operation="DeleteParameter")
        links = []
        for _ in range(50):
            link = self.open()
            link.request("POST", "/", b"{}", {"X-Amz-Target": "AmazonSSM.DeleteParameter"})
            links.append(link)
        began = time.monotonic()
        answer = self.ssm("GetParameter", Name=NAME)
        self.assertEqual(answer.status, 200)
        self.assertLess(time.monotonic() - began, 5)
        for link in links:
            link.close()
