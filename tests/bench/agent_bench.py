# SPDX-License-Identifier: GPL-2.0-or-later
"""The agent against ocf:heartbeat:crypt + Filesystem, against the script by hand, and against umount + cryptsetup close."""

from bench import (AGENT, DIRECTORY, HEARTBEAT, HOME, INSTANCE, PATH, compile_tools, counted, environment_file, hold, measure,
                   rounds, save, show)
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


def heartbeat(m, agent: str, parameters: dict, action: str = "monitor") -> str:
    variables = environment(action, f"{INSTANCE}-{agent}", 60, 20 if action == "monitor" else 0, 0, parameters)
    variables.update({"OCF_RESOURCE_TYPE": agent, "OCF_RESOURCE_PROVIDER": "heartbeat"})
    return environment_file(m, f"{agent}-{action}", variables) + f" {HEARTBEAT}/{agent} {action}"


def heartbeat_pair(m, volume) -> dict:
    """The parameters of the two agents that people run today, which do not fetch the key: it lies in a file."""
    m.write("/etc/luks-ssm/bench.key", volume.passphrase, 0o600)
    return {"crypt": {"encrypted_dev": volume.device, "crypt_dev": INSTANCE, "crypt_type": "luks1",
                      "key_file": "/etc/luks-ssm/bench.key"},
            "Filesystem": {"device": f"/dev/mapper/{INSTANCE}", "directory": DIRECTORY, "fstype": "xfs"}}


@limit(60 + 30 * ROUND_LIMIT_S)
def test_monitor_costs_a_thirtieth_of_the_two_shell_monitors(m):
    volume = prepare(m)
    volume.mount()
    shell = {agent: heartbeat(m, agent, parameters) for agent, parameters in heartbeat_pair(m, volume).items()}
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
    ratio = figures.ratio(("by hand",), ("ours",), ("unlock", "look"))
    show(results, title, ratio, "cpu at least 10", {"wall", "cpu"})
    save(results)
    if counted():
        hold(ratio["cpu"], least=10)


@limit(120 + 30 * ROUND_LIMIT_S)
def test_start_costs_a_tenth_of_the_script_by_hand(m):
    show_start(m, "start by hand over ours, the KDF apart",
               lambda volume: (ours(m, volume, "start", 0), ours(m, volume, "stop", 0)))


@limit(180 + 30 * ROUND_LIMIT_S)
def test_start_with_a_fetch_against_the_two_shell_starts_without_one(m):
    """Beside it the bare programs, one after the other: what fetching, opening and mounting cost whoever does it."""
    volume = prepare(m)
    pair = heartbeat_pair(m, volume)
    plain = environment_file(m, "plain", PATH)
    key_file = "--key-file /etc/luks-ssm/bench.key"
    region, admin = volume.parameters["region"], m.emulator.admin_environment()
    starts = {agent: heartbeat(m, agent, pair[agent], "start") for agent in ("crypt", "Filesystem")}
    stops = {agent: heartbeat(m, agent, pair[agent], "stop") for agent in ("Filesystem", "crypt")}
    bare = {
        "fetch": f"{plain} /usr/bin/curl -s --fail --cacert {volume.parameters['ca_bundle']} --aws-sigv4 aws:amz:{region}:ssm "
                 f"--user {admin['AWS_ACCESS_KEY_ID']}:{admin['AWS_SECRET_ACCESS_KEY']} "
                 "-H X-Amz-Target:AmazonSSM.GetParameter -H Content-Type:application/x-amz-json-1.1 "
                 f"-d {{\"Name\":\"{volume.parameter}\",\"WithDecryption\":true}} https://ssm.{region}.amazonaws.com/",
        "open": f"{plain} /usr/sbin/cryptsetup open {key_file} {volume.device} {INSTANCE}",
        "mount": f"{plain} /usr/bin/mount -t xfs /dev/mapper/{INSTANCE} {DIRECTORY}",
    }
    shared = {"unlock": f"{plain} /usr/sbin/cryptsetup open --test-passphrase {key_file} {volume.device}",
              "look": f"{plain} /usr/sbin/cryptsetup isLuks {volume.device}"}
    figures = measure(m, [("ours", ours(m, volume, "start", 0)), ("-", ours(m, volume, "stop", 0)),
                          *shared.items(), *starts.items(), *(("-", stop) for stop in stops.values()),
                          *bare.items(), *(("-", stop) for stop in stops.values())],
                      rounds(), 180 + rounds() * ROUND_LIMIT_S)
    for name in ("ours", *shared, *starts, *bare):
        assert figures.codes(name) == {0}, f"{name} answered {figures.codes(name)}"
    results: list = []
    kdf = ("unlock", "look")
    show(results, "crypt + Filesystem starts over ours, the KDF apart", figures.ratio(tuple(starts), ("ours",), kdf),
         "at least 4", {"wall", "cpu"})
    show(results, "the same over curl + cryptsetup + mount", figures.ratio(tuple(starts), tuple(bare), kdf),
         "what is possible here", {"wall", "cpu"})
    save(results)


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
