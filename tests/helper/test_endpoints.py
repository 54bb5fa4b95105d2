# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the helper goes: configured URLs in their order of precedence, FIPS and dual-stack, IPv6."""
from __future__ import annotations

from emulator.proxy import Proxy
from emulator.server import Listener

from .kit import PASSPHRASE, HelperTest

NOWHERE = "https://127.0.0.1:9"


class Names(HelperTest):
    """The name that is asked for is what the proxy is told."""

    def setUp(self):
        super().setUp()
        self.proxy = Proxy().start()
        self.proxy.answer = 403
        self.addCleanup(self.proxy.stop)

    def target(self, **params) -> str:
        self.proxy.heads.clear()
        self.root_refused("proxy-refused", deadline_s=5, https_proxy=self.proxy.url, endpoint_url=None,
                          **params)
        return self.proxy.heads[0]["target"].removesuffix(":443")

    def test_fips_and_dual_stack_are_switched_by_environment_file_and_profile(self):
        both = self.admin_keys("AWS_REGION=us-east-1", "AWS_USE_FIPS_ENDPOINT=true",
                               "AWS_USE_DUALSTACK_ENDPOINT=true")
        self.assertEqual(self.target(environment_file=both), "ssm-fips.us-east-1.api.aws")
        config = self.write("config", "[default]\nregion = us-gov-west-1\nuse_fips_endpoint = true\n")
        self.assertEqual(self.target(environment_file=self.admin_keys(), config_file=config),
                         "ssm.us-gov-west-1.amazonaws.com")
        config = self.write("config", "[default]\nregion = cn-north-1\nuse_dualstack_endpoint = true\n")
        self.assertEqual(self.target(environment_file=self.admin_keys(), config_file=config),
                         "ssm.cn-north-1.api.amazonwebservices.com.cn")

    def test_a_variable_wins_over_the_profile(self):
        config = self.write("config", "[default]\nregion = us-east-1\nuse_fips_endpoint = true\n")
        off = self.admin_keys("AWS_USE_FIPS_ENDPOINT=false")
        self.assertEqual(self.target(environment_file=off, config_file=config),
                         "ssm.us-east-1.amazonaws.com")

    def test_what_a_partition_does_not_offer_is_refused_before_anybody_is_asked(self):
        lines = ("AWS_REGION=us-isob-east-1", "AWS_USE_DUALSTACK_ENDPOINT=true")
        self.root_refused("bad-parameter", "us-isob-east-1", "dual-stack", endpoint_url=None,
                          environment_file=self.admin_keys(*lines))

    def test_configured_urls_can_be_ignored(self):
        for line in ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=TRUE"):
            file = self.admin_keys("AWS_REGION=us-east-1", f"AWS_ENDPOINT_URL={NOWHERE}", line)
            self.assertEqual(self.target(environment_file=file), "ssm.us-east-1.amazonaws.com")


class Configured(HelperTest):
    def works(self, *lines: str, config: str = "", **params) -> None:
        file = self.admin_keys("AWS_REGION=eu-central-1", *lines)
        path = self.write("config", config)
        answer = self.root_fetch(endpoint_url=params.pop("endpoint_url", None), environment_file=file,
                                 config_file=path, deadline_s=3, **params)
        self.assertEqual((answer.code, answer.key), ("ok", PASSPHRASE.encode()), answer.reason)

    def test_each_place_of_a_url_wins_over_those_behind_it(self):
        here = self.aws.endpoint
        services = "[default]\nservices = s\nendpoint_url = {0}\n[services s]\nssm =\n  endpoint_url = {1}\n"
        self.works(config=f"[default]\nendpoint_url = {here}\n")
        self.works(config=services.format(NOWHERE, here))
        self.works(f"AWS_ENDPOINT_URL={here}", config=services.format(NOWHERE, NOWHERE))
        self.works(f"AWS_ENDPOINT_URL_SSM={here}", f"AWS_ENDPOINT_URL={NOWHERE}",
                   config=services.format(NOWHERE, NOWHERE))
        self.works(f"AWS_ENDPOINT_URL_SSM={NOWHERE}", endpoint_url=here)
        self.works("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", f"AWS_ENDPOINT_URL={NOWHERE}",
                   endpoint_url=here)

    def test_a_url_together_with_fips_or_dual_stack_is_refused_by_name(self):
        for name in ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"):
            file = self.admin_keys("AWS_REGION=eu-central-1", f"{name}=true")
            self.root_refused("bad-parameter", "endpoint_url", name, environment_file=file)

    def test_the_ca_bundle_comes_from_parameter_variable_or_profile(self):
        self.works(ca_bundle=None, endpoint_url=self.aws.endpoint,
                   config=f"[default]\nca_bundle = {self.ca}\n")
        self.works(f"AWS_CA_BUNDLE={self.ca}", ca_bundle=None, endpoint_url=self.aws.endpoint,
                   config="[default]\nca_bundle = /nowhere\n")
        self.works("AWS_CA_BUNDLE=/nowhere", endpoint_url=self.aws.endpoint)
        file = self.admin_keys("AWS_REGION=eu-central-1", "AWS_CA_BUNDLE=/nowhere")
        self.root_refused("untrusted-certificate", "/nowhere", ca_bundle=None, environment_file=file)


class Ipv6(HelperTest):
    def listen(self, name: str, certificates=None) -> int:
        listener = Listener(self.aws, name, 0, certificates, "::1")
        listener.start()
        self.addCleanup(listener.stop)
        return listener.port

    def test_a_literal_address_is_an_endpoint(self):
        port = self.listen("https", self.aws.certificates)
        answer = self.fetch(ENDPOINT_SSM=f"https://[::1]:{port}")
        self.assertEqual(answer.key, PASSPHRASE.encode(), answer.reason)

    def test_metadata_is_asked_over_ipv6(self):
        port = self.listen("http")
        answer = self.fetch(SOURCE=2, ACCESS_KEY=None, SECRET_KEY=None, REGION=None,
                            METADATA_ENDPOINT=f"http://[::1]:{port}")
        self.assertEqual(answer.key, PASSPHRASE.encode(), answer.reason)
