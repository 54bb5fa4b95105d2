# SPDX-License-Identifier: GPL-2.0-or-later
"""Proxies: who is reached through one, with which login, and what a refusal becomes."""
from __future__ import annotations

import socket

from emulator.proxy import Proxy

from .kit import NAME, PASSPHRASE, HelperTest

USER, PASSWORD = "node", "op:en/sesame@1"
ENCODED = "op%3Aen%2Fsesame%401"


class ProxyTest(HelperTest):
    def proxy(self, **how) -> Proxy:
        proxy = Proxy(**how).start()
        self.addCleanup(proxy.stop)
        proxy.places[f"localhost:{self.aws.https_port}"] = ("127.0.0.1", self.aws.https_port)
        return proxy

    def comes(self, **values):
        answer = self.fetch(**values)
        self.assertEqual((answer.code, answer.key), ("ok", PASSPHRASE.encode()), answer.reason)
        return answer


class Ways(ProxyTest):
    def test_a_call_to_ssm_goes_through_the_proxy_in_one_tunnel(self):
        proxy = self.proxy()
        self.comes(PROXY=proxy.url)
        self.assertEqual(proxy.statuses, [200])

    def test_the_proxy_sees_none_of_the_calls_headers(self):
        proxy = self.proxy(login=(USER, PASSWORD))
        self.comes(PROXY=proxy.url_with(USER, ENCODED), SESSION_TOKEN=None)
        head = proxy.heads[0]
        self.assertLessEqual(set(head), {"method", "target", "host", "proxy-authorization",
                                         "proxy-connection"})

    def test_the_login_goes_to_the_proxy_and_not_to_the_service(self):
        proxy = self.proxy(login=(USER, PASSWORD))
        seen = []
        serve = self.aws.gateway.serve
        self.aws.gateway.serve = lambda request, link: (seen.append(request), serve(request, link))[1]
        self.addCleanup(setattr, self.aws.gateway, "serve", serve)
        self.comes(PROXY=proxy.url_with(USER, ENCODED))
        self.assertEqual(proxy.statuses, [200])
        self.assertFalse(any(request.first("proxy-authorization") for request in seen))

    def test_a_proxy_may_speak_tls_and_is_verified_with_the_same_authorities(self):
        proxy = self.proxy(certificates=self.aws.certificates)
        self.comes(PROXY=proxy.url)
        self.assertEqual(proxy.statuses, [200])
        self.refused("untrusted-certificate", f"localhost:{proxy.port}", "ca_bundle",
                     PROXY=proxy.url, CA_BUNDLE=None)

    def test_a_proxy_may_have_an_ipv6_address(self):
        proxy = self.proxy(host="::1")
        self.comes(PROXY=proxy.url)
        self.assertEqual(proxy.statuses, [200])

    def test_what_an_exception_covers_goes_around_it(self):
        proxy = self.proxy(login=(USER, PASSWORD))
        for exceptions in ("localhost", "*", "example.org, localhost", f"localhost:{self.aws.https_port}"):
            self.comes(PROXY=proxy.url, NO_PROXY=exceptions)
        self.assertEqual(proxy.heads, [])
        self.refused("proxy-refused", PROXY=proxy.url, NO_PROXY="ocalhost,localhost:1")

    def test_instance_metadata_is_never_asked_through_it(self):
        proxy = self.proxy()
        answer = self.comes(PROXY=proxy.url, SOURCE=2, ACCESS_KEY=None, SECRET_KEY=None)
        self.assertEqual([head["target"] for head in proxy.heads], [f"localhost:{self.aws.https_port}"],
                         answer)

    def test_the_endpoint_of_a_container_is_never_asked_through_it(self):
        """Not with TLS either, which a proxy could carry: that endpoint has a certificate of its own, which is looked at here."""
        proxy = self.proxy()
        source = {"SOURCE": 4, "ACCESS_KEY": None, "SECRET_KEY": None, "CONTAINER_TOKEN": self.aws.container.authorization}
        self.comes(PROXY=proxy.url, CONTAINER_URL=self.aws.metadata_endpoint + "/v1/credentials", **source)
        self.assertEqual([head["target"] for head in proxy.heads], [f"localhost:{self.aws.https_port}"])
        proxy.heads.clear()
        before = self.aws.log.snapshot().get("connections.https", 0)
        self.refused("untrusted-certificate", f"localhost:{self.aws.https_port}", PROXY=proxy.url,
                     CONTAINER_URL=self.aws.endpoint + "/v1/credentials", **source)
        self.assertEqual(proxy.heads, [])
        self.assertGreater(self.aws.log.snapshot()["connections.https"], before)

    def test_the_true_names_of_a_region_are_reached_through_it(self):
        proxy = self.proxy()
        proxy.places["ssm.eu-central-1.amazonaws.com:443"] = ("127.0.0.1", self.aws.https_port)
        self.comes(PROXY=proxy.url, ENDPOINT_SSM=None)
        self.assertEqual(proxy.heads[0]["target"], "ssm.eu-central-1.amazonaws.com:443")


class Refusals(ProxyTest):
    def test_a_proxy_that_wants_a_login_is_refused_at_once_with_the_way_to_give_one(self):
        proxy = self.proxy(login=(USER, PASSWORD))
        answer = self.refused("proxy-refused", f"127.0.0.1:{proxy.port}", "407", "HTTPS_PROXY",
                              PROXY=proxy.url)
        self.assertLess(answer.seconds, 3)
        self.assertEqual(proxy.statuses, [407])

    def test_a_wrong_login_is_told_apart_and_not_quoted(self):
        proxy = self.proxy(login=(USER, PASSWORD))
        answer = self.refused("proxy-refused", "refuses the login", "407",
                              PROXY=proxy.url_with(USER, "another"))
        self.assertNotIn("another", answer.reason)
        self.assertNotIn(USER + ":", answer.reason)

    def test_a_proxy_that_forbids_the_host_is_named_with_it(self):
        proxy = self.proxy()
        proxy.answer = 403
        self.refused("proxy-refused", "403", f"localhost:{self.aws.https_port}", "allow",
                     PROXY=proxy.url)

    def test_a_proxy_that_cannot_reach_the_host_is_tried_again(self):
        proxy = self.proxy()
        proxy.places.clear()
        answer = self.refused("unreachable", "502", "look at the proxy", PROXY=proxy.url,
                              deadline_s=3)
        self.assertGreater(len(proxy.statuses), 1, answer.reason)

    def test_no_proxy_at_its_address_is_unreachable_under_its_own_name(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.refused("unreachable", f"127.0.0.1:{port}", "no connection", deadline_s=2,
                     PROXY=f"http://127.0.0.1:{port}")

    def test_a_proxy_whose_name_nobody_knows_is_told(self):
        self.refused("unreachable", "proxy.invalid:3128", "name is not known", deadline_s=2,
                     PROXY="http://proxy.invalid:3128")

    def test_a_proxy_that_says_nothing_is_named_when_the_time_is_over(self):
        proxy = self.proxy()
        proxy.hang_s = 5
        self.refused("unreachable", f"127.0.0.1:{proxy.port}", "in time", "proxy", deadline_s=1.5,
                     PROXY=proxy.url)

    def test_what_is_no_proxy_is_a_bad_parameter_and_not_quoted(self):
        for url in ("socks5://u:hidden@localhost:1", "http://u:hidden@", "http://u:hidden@h:1/path",
                    "http://u:hid%zzden@h:1"):
            answer = self.refused("bad-parameter", "https_proxy", PROXY=url)
            self.assertNotIn("hid", answer.reason)


class RootSide(ProxyTest):
    """Parameter and environment file name the proxy, and nothing else."""

    def comes_from(self, environment: dict | None = None, lines: tuple = (), **params):
        answer = self.root_fetch(environment, region="eu-central-1", ssm_parameter=NAME,
                                 environment_file=self.admin_keys(*lines), **params)
        self.assertEqual((answer.code, answer.key), ("ok", PASSPHRASE.encode()), answer.reason)

    def test_the_parameter_and_the_environment_file_name_one(self):
        proxy = self.proxy()
        self.comes_from(https_proxy=proxy.url)
        self.comes_from(lines=(f"HTTPS_PROXY={proxy.url}",))
        self.comes_from(lines=(f"https_proxy={proxy.url}", "HTTPS_PROXY=http://127.0.0.1:9"))
        self.assertEqual(proxy.statuses, [200] * 3)

    def test_the_parameter_wins_over_the_environment_file(self):
        proxy = self.proxy()
        self.comes_from(https_proxy=proxy.url, lines=("HTTPS_PROXY=http://127.0.0.1:9",))
        self.comes_from(https_proxy=proxy.url, no_proxy="example.org", lines=("NO_PROXY=*",))
        self.assertEqual(proxy.statuses, [200] * 2)

    def test_a_login_comes_from_the_environment_file(self):
        proxy = self.proxy(login=(USER, PASSWORD))
        self.comes_from(lines=(f"HTTPS_PROXY={proxy.url_with(USER, ENCODED)}",))
        self.assertEqual(proxy.statuses, [200])

    def test_the_process_environment_never_names_one(self):
        proxy = self.proxy()
        environment = {"HTTPS_PROXY": proxy.url, "https_proxy": proxy.url, "ALL_PROXY": proxy.url,
                       "http_proxy": proxy.url}
        self.comes_from(environment)
        self.comes_from(environment, inherit_environment="yes")
        self.assertEqual(proxy.heads, [])
        self.comes_from({"NO_PROXY": "*", "no_proxy": "*"}, https_proxy=proxy.url, inherit_environment="yes")
        self.assertEqual(proxy.statuses, [200])

    def test_exceptions_come_from_parameter_and_environment_file(self):
        proxy = self.proxy()
        self.comes_from(https_proxy=proxy.url, no_proxy="localhost")
        self.comes_from(https_proxy=proxy.url, lines=("NO_PROXY=localhost",))
        self.assertEqual(proxy.heads, [])
