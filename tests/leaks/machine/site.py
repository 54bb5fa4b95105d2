# SPDX-License-Identifier: GPL-2.0-or-later
"""What the site says of TLS counts in the jail, on each release: its store of certificates and its OpenSSL policy."""

from lab import each, limit
from lab.aws import GUEST_CA

STRICT = """openssl_conf = start
[start]
ssl_conf = ssl
[ssl]
system_default = defaults
[defaults]
MinProtocol = TLSv1.3
"""


# What update-ca-certificates makes of one more, which takes minutes under emulation.
STORES = {"by-hash": "cp {ca} /etc/ssl/certs/$(openssl x509 -noout -subject_hash -in {ca}).0",
          "in-the-bundle": "cat {ca} >> /etc/ssl/certs/ca-certificates.crt"}


@limit(200)
@each(*STORES)
def test_an_authority_of_the_systems_store_is_trusted(m, place):
    volume = m.volume(fs="ext4")
    result = volume.agent("start", ca_bundle=None)
    assert result.rc == 2 and result.reason.startswith("untrusted-certificate"), result
    m.sh("cp -a /etc/ssl/certs /run/certs; " + STORES[place].format(ca=GUEST_CA))
    try:
        result = volume.agent("start", ca_bundle=None)
        assert (result.rc, result.reason) == (0, ""), result
        assert volume.agent("stop").rc == 0
    finally:
        m.sh("rm -r /etc/ssl/certs; mv /run/certs /etc/ssl/certs")


@limit(200)
def test_the_sites_lowest_tls_version_is_obeyed(m):
    volume = m.volume(fs="ext4")
    m.sh("cp /etc/ssl/openssl.cnf /run/openssl.cnf")
    m.emulator.control("tls", kind="good", minimum="1.2", maximum="1.2")
    try:
        assert volume.agent("start").rc == 0
        assert volume.agent("stop").rc == 0
        m.write("/etc/ssl/openssl.cnf", STRICT)
        result = volume.agent("start")
        assert result.rc == 2 and result.reason.startswith("tls-mismatch"), result
        m.emulator.control("tls", kind="good", minimum="1.2", maximum="1.3")
        assert volume.agent("start").rc == 0
        assert volume.agent("stop").rc == 0
    finally:
        m.emulator.control("tls", kind="good", minimum="1.2", maximum="1.3")
        m.sh("cp /run/openssl.cnf /etc/ssl/openssl.cnf")
