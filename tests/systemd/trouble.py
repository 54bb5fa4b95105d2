# SPDX-License-Identifier: GPL-2.0-or-later
"""The units when something is wrong: AWS away at boot, a start that is killed, and what systemd itself says of them."""

import sys
import pathlib

from lab import each, limit, long

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import units  # noqa: E402  pylint: disable=wrong-import-position


AWAY_S = 300
# Of LUKS2: what lies behind is data.
HEADER_SECTORS = 32768
# In the machine: kills every process of a unit's group when its mapping is live, and besides when one of them is in mount
# itself. 165 mount, 431 fsconfig, 432 fsmount on x86-64.
KILL_WHEN = r"""
import glob, os, signal, time
when, name, group = ARGUMENTS

def text(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ''

def pids():
    return text(f'/sys/fs/cgroup{group}/cgroup.procs').split()

def is_met():
    live = [path for path in glob.glob('/sys/block/dm-*') if text(path + '/dm/name') == name
            and text(path + '/size') != '0' and text(path + '/dm/suspended') == '0']
    calls = [text(f'/proc/{pid}/syscall').split(' ')[0] for pid in pids()]
    return live and (when == 'mapped' or {'165', '431', '432'} & set(calls))

end = time.monotonic() + 90
while not (met := is_met()) and time.monotonic() < end:
    time.sleep(0.005)
for pid in pids():
    os.kill(int(pid), signal.SIGKILL)
print('killed' if met else 'never met')
"""


def wait_state(m, unit: str, state: str, tries: int = 60) -> None:
    m.sh(f"for i in $(seq {tries}); do test $(systemctl is-active {unit}) = {state} && exit 0; sleep 1; done; exit 1",
         tries + 60)


@limit(300)
def test_the_volume_and_its_dependent_come_up_unaided_when_aws_answers_again(m):
    volume = m.volume(fs="ext4")
    unit = units.configure(m, volume)
    units.dependent(m, unit, volume)
    # Neither the service nor the instance's own credentials can be had.
    m.emulator.fault("connect_reset", service="https")
    m.emulator.fault("error", service="imds", status=503)
    m.sh("systemctl start --no-block dependent.service; sleep 25")
    assert m.run(f"systemctl is-active {unit}").out.strip() == "activating"
    assert volume.mapping() is None
    m.emulator.clear()
    wait_state(m, "dependent.service", "active", 90)
    assert volume.mounted()
    m.sh(f"systemctl stop dependent.service {unit}; rm /run/systemd/system/dependent.service; systemctl daemon-reload", 120)
    assert volume.mapping() is None


@long
@limit(1200)
def test_both_come_up_unaided_after_a_boot_at_which_aws_is_away_for_5_minutes(m):
    volume = m.volume(fs="xfs")
    unit = units.configure(m, volume)
    dependent = units.dependent(m, unit, volume, "/etc/systemd/system")
    m.sh(f"systemctl enable {unit} {dependent}", 60)
    # Packets are lost on the way to the service; the instance's metadata takes connections and says nothing.
    m.emulator.fault("connect_hang", service="https")
    m.emulator.fault("hang", service="imds")
    m.start("systemctl reboot")
    m.wait_off(120)
    m.boot()
    left_s = AWAY_S - float(m.sh("cut -d' ' -f1 /proc/uptime"))
    assert left_s > AWAY_S / 2, f"the boot took {AWAY_S - left_s:.0f} s"
    m.sh(f"sleep {left_s:.1f}", left_s + 60)
    assert units.show(m, unit, "ActiveState") == "activating" and volume.mapping() is None
    assert units.show(m, dependent, "ActiveState") == "inactive"
    assert units.show(m, unit, "NRestarts") == "0" and "tried again in 5 s" in units.journal(m, unit)
    m.emulator.clear()
    wait_state(m, dependent, "active", 90)
    assert volume.mounted() and units.show(m, unit, "NRestarts") == "0"
    m.sh(f"systemctl disable {unit} {dependent}; systemctl stop {dependent} {unit}; rm /etc/systemd/system/{dependent}; "
         "systemctl daemon-reload", 120)
    assert volume.mapping() is None


def slow_data(m, volume) -> str:
    """The disk with its header as fast as ever, and each read behind it taking a third of a second: what follows the
    mapping takes long enough to be met inside."""
    sectors = int(m.sh(["blockdev", "--getsz", volume.device]))
    m.run(["dmsetup", "create", "slow"], stdin=f"0 {HEADER_SECTORS} linear {volume.device} 0\n{HEADER_SECTORS} "
          f"{sectors - HEADER_SECTORS} delay {volume.device} {HEADER_SECTORS} 300\n".encode(), check=True)
    return "/dev/mapper/slow"


@limit(300)
@each("mapped", "mounting")
def test_a_mapping_that_a_killed_start_has_opened_is_closed_and_the_next_start_comes_by_itself(m, when):
    volume = m.volume(fs="ext4")
    unit = units.configure(m, volume, device=slow_data(m, volume))
    m.sh(f"systemctl start --no-block {unit}; until systemctl show --property=ControlGroup {unit} | grep -q =/; do sleep 0.1; done")
    met = m.python(KILL_WHEN, [when, volume.instance, units.show(m, unit, "ControlGroup")], 120)
    assert met.strip() == "killed", units.journal(m, unit)
    # The cleaning is over when the unit waits for its next start.
    m.sh(f"for i in $(seq 60); do test $(systemctl show --property=SubState --value {unit}) = auto-restart && exit 0; sleep 0.5; "
         "done; exit 1", 90)
    assert volume.mapping() is None and not volume.mounted(), units.journal(m, unit)
    assert units.show(m, unit, "Result") == "signal"
    wait = m.run(f"timeout 150 sh -c 'until systemctl -q is-active {unit}; do sleep 1; done'", 200)
    assert wait.rc == 0, units.journal(m, unit)
    assert volume.mounted() and units.show(m, unit, "NRestarts") == "1"
    assert m.run(f"systemctl stop {unit}", 120).rc == 0
    assert volume.mapping() is None
    m.sh("dmsetup remove slow")


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


@limit(300)
@each("named", "article")
def test_a_unit_whose_file_was_spoilt_while_the_volume_is_up_still_stops(m, kind):
    volume = m.volume(fs="xfs")
    unit = units.configure(m, volume) if kind == "named" else units.article(m, volume)
    file = f"/etc/luks-ssm/{volume.instance}.conf" if kind == "named" else "/etc/default/luks-mount"
    assert m.run(f"systemctl start {unit}", 120).rc == 0, units.journal(m, unit)
    mount = m.sh(f"systemd-escape --path --suffix=mount {volume.directory}").strip()
    m.run(f"test -e /run/systemd/system/{mount}.d", check=True)
    m.sh(f"echo 'export SSM_PATH=\"' >> {file}")
    assert m.run(f"systemctl stop {unit}", 120).rc == 0, units.journal(m, unit)
    assert volume.mapping() is None and not volume.mounted()
    assert units.show(m, unit, "Result") == "success", units.journal(m, unit)
    m.run(f"test ! -e /run/systemd/system/{mount}.d", check=True)
    assert m.run(f"systemctl start {unit}", 120).rc != 0
    m.sh(f"rm {file}; systemctl reset-failed {unit}")


@limit(240)
def test_systemd_finds_nothing_wrong_with_them(m):
    result = m.run("systemd-analyze verify --man=no /usr/lib/systemd/system/luks-mount.service luks-ssm@data.service", 120)
    assert (result.rc, [line for line in result.err.splitlines() if "luks" in line]) == (0, []), result
    for unit in ("luks-mount.service", "luks-ssm@data.service"):
        exposure = m.sh(f"systemd-analyze security --no-pager {unit} | tail -n 1", 120)
        assert "UNSAFE" not in exposure, exposure
