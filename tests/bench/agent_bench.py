# SPDX-License-Identifier: GPL-2.0-or-later
"""The agent against ocf:heartbeat:crypt + Filesystem, against the script by hand, and against umount + cryptsetup close."""

from bench import AGENT, DIRECTORY, HEARTBEAT, HOME, INSTANCE, PATH, compile_tools, environment_file, measure, rounds, save, show
from lab.marks import limit
from lab.ocf import environment

ROUND_LIMIT_S = 60


def prepare(m):
    """A cheap LUKS1 volume with xfs, its key stored, nothing open."""
    compile_tools(m)
    volume = m.volume(luks=1, fs="xfs", passphrase="bench-key")
    volume.instance = INSTANCE
    volume.directory = DIRECTORY
    m.sh(["mkdir", "-p", DIRECTORY])
    return volume


def ours(m, volume, action: str, interval_s: float) -> str:
    parameters = {key: value for key, value in volume.parameters.items() if key != "instance"}
    variables = environment(action, INSTANCE, 120, interval_s, 0, parameters)
    return environment_file(m, f"ours-{action}", variables) + f" {AGENT} {action}"


def heartbeat(m, agent: str, parameters: dict) -> str:
    variables = environment("monitor", f"{INSTANCE}-{agent}", 60, 20, 0, parameters)
    variables.update({"OCF_RESOURCE_TYPE": agent, "OCF_RESOURCE_PROVIDER": "heartbeat"})
    return environment_file(m, agent, variables) + f" {HEARTBEAT}/{agent} monitor"


@limit(60 + 30 * ROUND_LIMIT_S)
def test_monitor_costs_a_thirtieth_of_the_two_shell_monitors(m):
    volume = prepare(m)
    volume.mount()
    m.write("/etc/luks-ssm/bench.key", volume.passphrase, 0o600)
    shell = {
        "crypt": heartbeat(m, "crypt", {"encrypted_dev": volume.device, "crypt_dev": INSTANCE,
                                        "crypt_type": "luks1", "key_file": "/etc/luks-ssm/bench.key"}),
        "Filesystem": heartbeat(m, "Filesystem", {"device": f"/dev/mapper/{INSTANCE}",
                                                  "directory": DIRECTORY, "fstype": "xfs"}),
    }
    figures = measure(m, [("ours", ours(m, volume, "monitor", 20)), ("empty", f"{HOME}/empty"), *shell.items()],
                      rounds(), 60 + rounds() * ROUND_LIMIT_S)
    for name in ("ours", *shell):
        assert figures.codes(name) == {0}, f"{name} monitor answered {figures.codes(name)}"
    results: list = []
    show(results, "crypt + Filesystem monitors over ours", figures.ratio(("crypt", "Filesystem"), ("ours",)),
         "at least 30", {"wall", "cpu"})
    show(results, "our monitor over an empty C program", figures.ratio(("ours",), ("empty",)), "at most 2", {"wall", "cpu"})
    save(results)


def show_start(m, title: str, commands) -> None:
    """The script by hand against what COMMANDS(volume) returns: a line for measure to start and one to stop."""
    volume = prepare(m)
    settings = {**PATH, "HOME": "/root", "LUKS_DEVICE": volume.device, "LUKS_DEVICE_MAP": INSTANCE, "LUKS_DEVICE_FS": "xfs",
                "LUKS_DEVICE_MOUNT_OPT": "defaults", "LUKS_DEVICE_MOUNT_POINT": DIRECTORY, "SSM_PATH": volume.parameter,
                "SSM_REGION": volume.parameters["region"], "AWS_CA_BUNDLE": volume.parameters["ca_bundle"]}
    # Both sides use the same keys; get-parameters is an IAM action that the nodes' role does not have.
    admin = m.emulator.admin_environment()
    keys = {key: admin[key] for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    m.write("/etc/luks-ssm/bench.env", "".join(f"{key}={value}\n" for key, value in keys.items()), 0o600)
    volume.extra["environment_file"] = "/etc/luks-ssm/bench.env"
    settings |= keys
    by_hand = environment_file(m, "by-hand", settings)
    m.write("/etc/luks-ssm/bench.key", volume.passphrase, 0o600)
    plain = environment_file(m, "plain", PATH)
    # What is compared is all but the KDF, which is the same work on both sides: an unlock without a mapping, less a look.
    up, down = commands(volume)
    figures = measure(m, [("ours", up), ("-", down),
                          ("unlock", f"{plain} /usr/sbin/cryptsetup open --test-passphrase --key-file "
                                     f"/etc/luks-ssm/bench.key {volume.device}"),
                          ("look", f"{plain} /usr/sbin/cryptsetup isLuks {volume.device}"),
                          ("by hand", f"{by_hand} {HOME}/by-hand.sh start"), ("-", f"{by_hand} {HOME}/by-hand.sh stop")],
                      rounds(), 120 + rounds() * ROUND_LIMIT_S)
    for name in ("ours", "by hand", "unlock", "look"):
        assert figures.codes(name) == {0}, f"{name}: start answered {figures.codes(name)}"
    results: list = []
    show(results, title, figures.ratio(("by hand",), ("ours",), ("unlock", "look")),
         "cpu at least 10", {"wall", "cpu"})
    save(results)


@limit(120 + 30 * ROUND_LIMIT_S)
def test_start_costs_a_tenth_of_the_script_by_hand(m):
    show_start(m, "start by hand over ours, the KDF apart",
               lambda volume: (ours(m, volume, "start", 0), ours(m, volume, "stop", 0)))


@limit(120 + 30 * ROUND_LIMIT_S)
def test_stop_of_an_idle_volume_costs_little_more_than_umount_and_close(m):
    volume = prepare(m)
    plain = environment_file(m, "plain", PATH)
    volume.mount()
    figures = measure(m, [("ours", ours(m, volume, "stop", 0)), ("-", ours(m, volume, "start", 0)),
                          ("umount", f"{plain} /usr/bin/umount {DIRECTORY}"),
                          ("close", f"{plain} /usr/sbin/cryptsetup close {INSTANCE}"), ("-", ours(m, volume, "start", 0))],
                      rounds(), 120 + rounds() * ROUND_LIMIT_S)
    for name in ("ours", "umount", "close"):
        assert figures.codes(name) == {0}, f"{name} answered {figures.codes(name)}"
    results: list = []
    show(results, "stop over umount + cryptsetup close", figures.ratio(("ours",), ("umount", "close")), "at most 1.5",
         {"wall", "cpu"})
    save(results)
