# SPDX-License-Identifier: GPL-2.0-or-later
"""What must still work behind the jail's walls: names, the site's TLS policy, the system's certificates."""
from __future__ import annotations

import unittest

from . import room
from .kit import PASSPHRASE, HelperTest

NAME = "vault.only-dns-knows.test"
URL = f"https://{NAME}:{{port}}"
STRICT = """
openssl_conf = start
[start]
ssl_conf = ssl
[ssl]
system_default = defaults
[defaults]
MinProtocol = {minimum}
{more}
"""


def policy(minimum: str, more: str = "") -> dict:
    return {"/etc/ssl/openssl.cnf": STRICT.format(minimum=minimum, more=more)}


def resolver(order: str, hosts: str = "127.0.0.1 localhost\n") -> dict:
    return {"/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", "/etc/hosts": hosts,
            "/etc/nsswitch.conf": f"passwd: files\ngroup: files\nhosts: {order}\n"}


@unittest.skipUnless(room.possible(), "only root can make a network of its own")
class InTheJail(unittest.TestCase):
    def works(self, **wanted) -> None:
        answer = room.fetch_in_room(**wanted)
        self.assertEqual((answer.code, answer.key), ("ok", PASSPHRASE.encode()), answer.reason)

    def refused(self, code: str, *parts: str, **wanted) -> None:
        answer = room.fetch_in_room(**wanted)
        self.assertEqual(answer.code, code, answer.reason)
        for part in parts:
            self.assertIn(part, answer.reason)

    # -- names ---------------------------------------------------------------

    def test_a_name_that_only_dns_knows_is_found(self):
        self.works(files=resolver("files dns"), names=[NAME], dns={NAME: "127.0.0.1"}, url=URL)

    def test_a_name_that_only_the_hosts_file_knows_is_found(self):
        self.works(files=resolver("files dns", f"127.0.0.1 localhost {NAME}\n"), names=[NAME], dns={}, url=URL)

    def test_a_name_that_nobody_knows_is_not_found(self):
        self.refused("unreachable", "name", files=resolver("files dns"), names=[NAME], dns={}, url=URL)

    def test_a_name_is_not_asked_for_where_the_site_says_files_only(self):
        self.refused("unreachable", "name", files=resolver("files"), names=[NAME], dns={NAME: "127.0.0.1"}, url=URL)

    # -- the site's policy -----------------------------------------------------

    def test_the_sites_lowest_tls_version_is_obeyed(self):
        self.refused("tls-mismatch", files=policy("TLSv1.3"), maximum="1.2")
        self.works(files=policy("TLSv1.3"), maximum="1.3")

    def test_a_site_cannot_allow_less_than_tls_1_2(self):
        self.works(files=policy("TLSv1"), maximum="1.2")
        self.works(files=policy("TLSv1.2"), maximum="1.2")

    def test_the_sites_highest_tls_version_is_obeyed(self):
        self.refused("tls-mismatch", files=policy("TLSv1.2", "MaxProtocol = TLSv1.2"), minimum="1.3")

    def test_the_sites_ciphers_are_obeyed(self):
        suites = "CipherString = ECDHE-ECDSA-NULL-SHA\nCiphersuites = TLS_AES_128_CCM_8_SHA256"
        self.refused("tls-mismatch", files=policy("TLSv1.2", suites))

    def test_a_site_without_a_policy_is_served(self):
        self.works(files={"/etc/ssl/openssl.cnf": ""})

    # -- the system's certificates ---------------------------------------------

    def test_a_ca_in_the_systems_bundle_is_trusted(self):
        self.works(trust="system")

    def test_a_ca_in_the_systems_directory_is_trusted(self):
        self.works(trust="directory")

    def test_a_ca_that_the_system_does_not_have_is_not_trusted(self):
        self.refused("untrusted-certificate", trust="none")


class Environment(HelperTest):
    def test_no_openssl_conf_of_the_caller_reaches_the_helper(self):
        path = self.write("strict.cnf", STRICT.format(minimum="TLSv1.3", more=""))
        self.aws.certificates.switch("good", "1.2", "1.2")
        variables = self.write("environment", "AWS_ACCESS_KEY_ID=AKIAEMULATEDADMIN000\nAWS_SECRET_ACCESS_KEY="
                               + self.request()["SECRET_KEY"] + "\nAWS_REGION=eu-central-1\n")
        answer = self.root_fetch(environment={"OPENSSL_CONF": path, "SSL_CERT_FILE": "/dev/null"},
                                 environment_file=variables)
        self.assertEqual(answer.code, "ok", answer.reason)


del HelperTest
