# SPDX-License-Identifier: GPL-2.0-or-later
"""What the scriptlets of the RPM package do, with Debian's rpm: no distribution of RPM's own runs here."""

import functools
import pathlib
import re
import sys

from lab import limit, long

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import installed  # noqa: E402  pylint: disable=wrong-import-position
from installed import made  # noqa: E402  pylint: disable=wrong-import-position

# What it needs did not come as RPMs; --force-debian: that is known.
RPM = "rpm --force-debian --nodeps"


@functools.cache
def packages(m) -> installed.Host:
    """The package, its next release, and the host's rpm with its libraries."""
    host = installed.Host(m)
    # What a case of the other package may have left.
    m.run("dpkg --purge luks-ssm", 180)
    m.push(made.rpm(host, "first"), "/root/first.rpm")
    m.push(made.rpm_later(host), "/root/later.rpm")
    libraries = re.findall(r"=> (/\S+)", host.run(["ldd", "/usr/bin/rpm"]).out)
    kept = [path for path in libraries if not re.search(r"/(libc|libm|ld-[^/]*)\.so", path)]
    archive = host.directory / "rpm.tar"
    result = host.run(["tar", "-chf", str(archive), "/usr/bin/rpm", "/usr/lib/rpm", *kept])
    assert result.rc == 0, result.err
    m.push(archive, "/root/rpm.tar")
    # Libraries that the machine has stay as they are.
    m.sh("tar -C / --skip-old-files -xf /root/rpm.tar; rpm --version", 120)
    return host


def install(m, name: str) -> None:
    packages(m)
    m.sh(f"{RPM} --upgrade /root/{name}.rpm", 180)


def upgraded(m) -> None:
    install(m, "later")
    assert m.sh("rpm --query --queryformat '%{RELEASE}' luks-ssm") == "2"


@long
@limit(900)
def test_a_volume_of_systemd_stays_up_across_an_upgrade_and_is_closed_by_a_removal(m):
    m.run("userdel luks-ssm")
    install(m, "first")
    assert m.sh("getent passwd luks-ssm").startswith("luks-ssm:")
    assert m.run("systemctl is-enabled luks-mount.service").out.strip() == "disabled"
    volume = m.volume(fs="xfs")
    unit = installed.configured(m, volume)
    installed.up_across(m, volume, unit, lambda: upgraded(m))
    m.sh(f"{RPM} --erase luks-ssm", 180)
    assert not volume.mounted() and volume.mapping() is None
    m.sh(f"systemctl disable {unit}; rm -f /etc/systemd/system/*.wants/{unit} /etc/luks-ssm/*.conf")
    installed.assert_nothing_left(m)


@long
@limit(600)
def test_a_removal_ends_where_a_volume_cannot_be_closed(m):
    install(m, "first")
    volume = m.volume(fs="xfs")
    unit = installed.configured(m, volume, force_unmount="false")
    m.sh(f"systemctl start {unit}", 180)
    installed.fail_without_a_file(m)
    process = installed.hold(m, volume)
    installed.busy_until(m, volume, unit, f"{RPM} --erase luks-ssm", f"kill {process.pid}")
    m.sh("rm -f /etc/luks-ssm/*.conf")
