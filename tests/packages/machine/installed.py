# SPDX-License-Identifier: GPL-2.0-or-later
"""The package on a machine that never had it: installed, upgraded under a volume that is up, removed, purged."""

import functools
import pathlib
import shutil
import sys

from lab import limit, long

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import made  # noqa: E402  pylint: disable=wrong-import-position

VERSION = "99.0-1"


class Host:
    """What `made` asks of the host's side, kept beside the machine."""

    def __init__(self, m) -> None:
        from runner.fixtures import Host as Whole
        self.builds = m.builds
        self.directory = m.directory / "packages"
        self.directory.mkdir(exist_ok=True)
        self.notes = []
        self.run = Whole.run.__get__(self)


def later(host: Host, deb: pathlib.Path) -> pathlib.Path:
    """The same package with a higher version."""
    unpacked = host.directory / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    assert host.run(["dpkg-deb", "-R", str(deb), str(unpacked)]).rc == 0
    control = unpacked / "DEBIAN" / "control"
    control.write_text(control.read_text().replace(f"Version: {made.version()}-1", f"Version: {VERSION}"))
    target = host.directory / "later.deb"
    assert host.run(["dpkg-deb", "--root-owner-group", "-b", str(unpacked), str(target)]).rc == 0
    return target


@functools.cache
def packages(m) -> Host:
    """The package and a later one, made and pushed once for the machine's cases."""
    host = Host(m)
    deb = made.deb(host, "first")
    m.push(deb, "/root/first.deb")
    m.push(later(host, deb), "/root/later.deb")
    return host


def install(m, name: str) -> None:
    packages(m)
    m.sh(f"dpkg --install /root/{name}.deb", 180)


def upgraded(m, name: str, version: str) -> None:
    install(m, name)
    assert m.sh("dpkg-query -W -f '${Version}' luks-ssm") == version


def configured(m, volume, **more) -> str:
    """The volume's file in /etc/luks-ssm; answers its unit."""
    given = {name: value for name, value in {**volume.parameters, **more}.items() if name != "instance"}
    m.write(f"/etc/luks-ssm/{volume.instance}.conf", "".join(f"{name}={value}\n" for name, value in given.items()))
    return f"luks-ssm@{volume.instance}.service"


def state(m, volume, unit: str) -> str:
    """What an upgrade must not change."""
    return m.sh(f"systemctl show --property=InvocationID,ActiveState {unit}; grep {volume.directory} /proc/self/mountinfo")


def up_across(m, volume, unit: str, *upgrades) -> None:
    """The unit is enabled and its volume comes up; nothing of that changes with the packages that follow."""
    m.sh(f"systemctl enable --now {unit}", 180)
    before = state(m, volume, unit)
    assert "ActiveState=active" in before
    for upgrade in upgrades:
        upgrade()
        assert state(m, volume, unit) == before


def hold(m, volume):
    """A process that keeps the volume busy."""
    process = m.start(f"exec 9> {volume.directory}/held; echo held; exec sleep 1000")
    m.wait_for(lambda: process.output.startswith(b"held"), 20, "the holder holds")
    return process


def stays(m, volume, unit: str, removal: str) -> None:
    """A removal that cannot close the volume says so and takes nothing away."""
    result = m.run(removal, 180)
    assert result.rc != 0, result
    [line] = [line for line in (result.out + result.err).splitlines() if "luks-ssm stays: " in line]
    assert f"{unit}: " in line and "busy" in line, line
    assert m.sh("luks-ssm --version") and m.sh("ls /usr/lib/ocf/resource.d/luks-ssm/volume") and volume.mounted()


def busy_until(m, volume, unit: str, removal: str, release: str) -> None:
    """What keeps the volume busy is let go with `release`: the removal closes the volume then, and before that it does nothing."""
    stays(m, volume, unit, removal)
    m.sh(release)
    m.sh(removal, 180)
    assert not volume.mounted() and volume.mapping() is None


def fail_without_a_file(m) -> None:
    """A unit that has failed, and whose configuration is gone: no reason to stay."""
    m.write("/etc/luks-ssm/gone.conf", "device=/dev/none\n")
    assert m.run("systemctl start luks-ssm@gone.service", 120).rc != 0
    m.sh("rm /etc/luks-ssm/gone.conf; systemctl is-failed luks-ssm@gone.service")


def assert_nothing_left(m) -> None:
    """Of ours, after a purge; an administrator's own configuration is nobody else's to remove."""
    found = m.sh("find / -xdev -path /root -prune -o -path /proc -prune -o -path '*luks-ssm*' -print -o -name 'luks-mount*' -print")
    left = [path for path in found.split() if not path.startswith(("/etc/luks-ssm", "/run/", "/tmp/"))]
    assert left == [], left


@limit(900)
def test_a_volume_stays_up_across_an_upgrade_and_a_removal_leaves_nothing(m):
    m.run("userdel luks-ssm")
    install(m, "first")
    assert m.sh("getent passwd luks-ssm").startswith("luks-ssm:")
    assert m.run("systemctl is-enabled luks-mount.service").out.strip() == "disabled"
    volume = m.volume(fs="xfs")
    assert volume.agent("start").rc == 0
    m.sh(f"echo kept > {volume.directory}/kept")
    before = m.mounts_at(volume.directory)
    install(m, "later")
    assert m.sh("dpkg-query -W -f '${Version}' luks-ssm") == VERSION
    assert m.mounts_at(volume.directory) == before
    assert volume.agent("monitor", depth=10).rc == 0
    assert volume.agent("stop").rc == 0
    assert volume.agent("start").rc == 0
    assert m.sh(f"cat {volume.directory}/kept").strip() == "kept"
    assert volume.agent("stop").rc == 0
    m.sh("dpkg --purge luks-ssm", 180)
    assert_nothing_left(m)


@long
@limit(600)
def test_a_volume_of_systemd_stays_up_across_an_upgrade_and_is_closed_by_a_removal(m):
    install(m, "first")
    volume = m.volume(fs="xfs")
    unit = configured(m, volume)
    # There and back.
    up_across(m, volume, unit, lambda: upgraded(m, "later", VERSION), lambda: upgraded(m, "first", f"{made.version()}-1"))
    # An older unit of the other's name is not stopped: what it opened is its own.
    m.write("/etc/systemd/system/luks-mount.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n")
    m.sh("systemctl daemon-reload; systemctl start luks-mount.service")
    m.sh("dpkg --remove luks-ssm", 180)
    assert not volume.mounted() and volume.mapping() is None
    assert m.run("systemctl is-active luks-mount.service").out.strip() == "active"
    m.sh("systemctl stop luks-mount.service; rm /etc/systemd/system/luks-mount.service; systemctl daemon-reload")
    m.sh("dpkg --purge luks-ssm", 180)
    assert_nothing_left(m)
    m.sh("rm /etc/luks-ssm/*.conf")


@long
@limit(600)
def test_a_removal_ends_where_a_volume_cannot_be_closed(m):
    install(m, "first")
    volume = m.volume(fs="xfs")
    unit = configured(m, volume, force_unmount="false")
    m.sh(f"systemctl start {unit}", 180)
    fail_without_a_file(m)
    process = hold(m, volume)
    busy_until(m, volume, unit, "dpkg --remove luks-ssm", f"kill {process.pid}")
    m.sh("dpkg --purge luks-ssm; rm /etc/luks-ssm/*.conf", 180)


@long
@limit(600)
def test_a_removal_asks_for_the_articles_volume_though_its_file_is_gone(m):
    install(m, "first")
    volume = m.volume(fs="xfs")
    file = "/etc/default/luks-mount"
    m.write(file, f"LUKS_DEVICE={volume.device}\nLUKS_DEVICE_MAP={volume.instance}\nLUKS_DEVICE_FS=xfs\n"
            f"LUKS_DEVICE_MOUNT_POINT={volume.directory}\nSSM_PATH={volume.parameter}\n"
            f"SSM_REGION={m.aws_parameters['region']}\nAWS_CA_BUNDLE={m.aws_parameters['ca_bundle']}\n")
    m.sh("systemctl start luks-mount.service", 180)
    # No signal ends this user.
    m.sh(f"truncate -s 1M {volume.directory}/image")
    loop = m.sh(f"losetup -f --show {volume.directory}/image").strip()
    m.sh(f"rm {file}")
    busy_until(m, volume, "luks-mount.service", "dpkg --remove luks-ssm", f"losetup -d {loop}")
    # One that has failed, and of which nothing is up, keeps no package.
    install(m, "first")
    m.write(file, "LUKS_DEVICE=/dev/none\n")
    assert m.run("systemctl start luks-mount.service", 120).rc != 0
    m.sh(f"rm {file}; systemctl is-failed luks-mount.service")
    m.sh("dpkg --purge luks-ssm", 180)
