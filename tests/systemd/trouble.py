# SPDX-License-Identifier: GPL-2.0-or-later
"""The units when something is wrong: AWS away at boot, a start that is killed, and what systemd itself says of them."""

import sys
import pathlib

from lab import limit

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import units  # noqa: E402  pylint: disable=wrong-import-position


def wait_state(m, unit: str, state: str, tries: int = 60) -> None:
    m.sh(f"for i in $(seq {tries}); do test $(systemctl is-active {unit}) = {state} && exit 0; sleep 1; done; exit 1",
         tries + 60)


@limit(300)
def test_the_volume_and_its_dependent_come_up_unaided_when_aws_answers_again(m):
    volume = m.volume(fs="ext4")
    unit = units.configure(m, volume)
    units.write(m, "/run/systemd/system/dependent.service", f"[Unit]\nRequires={unit}\nAfter={unit}\n"
                f"RequiresMountsFor={volume.directory}\n[Service]\nExecStart=/bin/sleep infinity\n")
    # Neither the service nor the instance's own credentials can be had.
    m.emulator.fault("connect_reset", service="https")
    m.emulator.fault("error", service="imds", status=503)
    m.sh("systemctl daemon-reload; systemctl start --no-block dependent.service; sleep 25")
    assert m.run(f"systemctl is-active {unit}").out.strip() == "activating"
    assert volume.mapping() is None
    m.emulator.clear()
    wait_state(m, "dependent.service", "active", 90)
    assert volume.mounted()
    m.sh(f"systemctl stop dependent.service {unit}; rm /run/systemd/system/dependent.service; systemctl daemon-reload", 120)
    assert volume.mapping() is None


@limit(240)
def test_what_a_killed_start_has_left_is_cleaned_up(m):
    volume = m.volume(fs="ext4")
    unit = units.configure(m, volume)
    units.write(m, f"/run/systemd/system/{unit}.d/once.conf", "[Service]\nRestart=no\n")
    m.sh("systemctl daemon-reload")
    m.emulator.fault("hang", service="ssm")
    m.sh(f"systemctl start --no-block {unit}; sleep 5; systemctl kill --signal=KILL {unit}")
    wait_state(m, unit, "failed")
    m.emulator.clear()
    assert volume.mapping() is None and not volume.mounted()
    assert "luks-ssm-aws" not in m.sh("ps -e -o comm")
    assert m.run(f"systemctl start {unit}", 120).rc == 0, units.journal(m, unit)
    assert m.run(f"systemctl stop {unit}", 120).rc == 0


@limit(240)
def test_systemd_finds_nothing_wrong_with_them(m):
    result = m.run("systemd-analyze verify --man=no /usr/lib/systemd/system/luks-mount.service luks-ssm@data.service", 120)
    assert (result.rc, [line for line in result.err.splitlines() if "luks" in line]) == (0, []), result
    for unit in ("luks-mount.service", "luks-ssm@data.service"):
        exposure = m.sh(f"systemd-analyze security --no-pager {unit} | tail -n 1", 120)
        assert "UNSAFE" not in exposure, exposure
