# SPDX-License-Identifier: GPL-2.0-or-later
"""Names are found in the jail through systemd-resolved's module, too, which asks over a socket in /run."""

import pathlib

from lab import limit

SERVER = pathlib.Path(__file__).resolve().parents[2] / "helper" / "nameserver.py"
NAME = "ssm.eu-central-1.amazonaws.com"
ADDRESS = "10.0.2.100"


@limit(200)
def test_a_name_is_found_through_nss_resolve(m):
    volume = m.volume(fs="ext4")
    m.push(SERVER, "/run/nameserver.py")
    m.sh("cp /etc/nsswitch.conf /run/nsswitch.conf; cp /etc/hosts /run/hosts")
    server = m.start(["python3", "-I", "-S", "/run/nameserver.py", "127.0.0.1", "5353", f"{NAME}={ADDRESS}"])
    resolved = m.start("mkdir -p /run/systemd/resolve /etc/systemd/resolved.conf.d; chown systemd-resolve: /run/systemd/resolve; "
                       "printf '[Resolve]\\nDNS=127.0.0.1:5353\\nDNSSEC=no\\nDNSStubListener=no\\nLLMNR=no\\n'"
                       "'MulticastDNS=no\\n' > /etc/systemd/resolved.conf.d/test.conf; exec /lib/systemd/systemd-resolved")
    try:
        m.sh("echo 127.0.0.1 localhost > /etc/hosts; sed -i 's/^hosts:.*/hosts: files resolve/' /etc/nsswitch.conf")
        m.sh("for i in $(seq 100); do test -S /run/systemd/resolve/io.systemd.Resolve && exit 0; sleep 0.1; done; exit 1")
        # Nothing but the module can answer: there is neither dns in the list nor the name in the file.
        assert ADDRESS in m.sh(f"getent ahostsv4 {NAME}", timeout=20)
        result = volume.agent("start")
        assert (result.rc, result.reason) == (0, ""), result
        assert volume.agent("stop").rc == 0
        resolved.kill(9)
        m.sh("rm -f /run/systemd/resolve/io.systemd.Resolve")
        result = volume.agent("start", timeout=20)
        assert result.rc == 1 and result.reason.startswith("unreachable"), result
    finally:
        m.sh("cp /run/nsswitch.conf /etc/nsswitch.conf; cp /run/hosts /etc/hosts; rm -r /etc/systemd/resolved.conf.d")
        server.kill(9)
        resolved.kill(9)
