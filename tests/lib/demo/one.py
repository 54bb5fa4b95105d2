# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/demo --one: a passphrase in the Parameter Store, a volume, and the agent's whole job on one machine."""

import os
import shlex
import xml.etree.ElementTree

from lab import Aws, Machine, children, image
from lab.aws import GUEST_CA, REGION
from lab.ocf import AGENT, OCF_ROOT

from .play import Play
from .story import Progress

SERIAL = "vol0123456789abcdef0"
DEVICE = "/dev/nvme1n1"
PARAMETER = "/luks/data"
PASSPHRASE = "a passphrase that no disk has ever seen"
DIRECTORY = "/srv/data"
ENVIRONMENT = {
    "OCF_ROOT": OCF_ROOT, "OCF_RESOURCE_INSTANCE": "data",
    "OCF_RESKEY_device": DEVICE, "OCF_RESKEY_directory": DIRECTORY,
    "OCF_RESKEY_ssm_parameter": PARAMETER, "OCF_RESKEY_region": REGION,
    "OCF_RESKEY_ca_bundle": GUEST_CA, "OCF_RESKEY_CRM_meta_timeout": "120000",
}
BY_HAND = f"""\
echo "$passphrase" | cryptsetup luksFormat -q --type luks1 \\
    --cipher aes-cbc-essiv:sha256 --hash ripemd160 --key-size 256 {DEVICE}
echo "$passphrase" | cryptsetup luksOpen {DEVICE} by-hand
mkfs -t xfs -L LUKS /dev/mapper/by-hand
cryptsetup luksClose by-hand"""


class Demo(Play):
    """Holds what the steps share: the machine, the emulator, the story."""

    def __init__(self, keep: bool, release: str | None) -> None:
        super().__init__(keep, release)
        self.machine: Machine | None = None
        self.aws: Aws | None = None

    def close(self) -> None:
        for thing in (self.machine, self.aws):
            if thing is not None:
                thing.close()

    def guest(self, command: str, what: str, **options) -> str:
        """A step in the machine."""
        return self.inside(self.machine, "lab#", command, what, **options)

    def agent(self, action: str, what: str, *, depth: int = 0, probe: bool = False,
              **announced) -> str:
        """One action of the agent, with the variables exported before."""
        extra = {}
        if depth:
            extra["OCF_CHECK_LEVEL"] = str(depth)
        if probe:
            extra["OCF_RESKEY_CRM_meta_interval"] = "0"
        words = "".join(f"{name}={value} " for name, value in extra.items())
        return self.guest(f"{AGENT} {action}", what, env={**ENVIRONMENT, **extra},
                          shown=f"{words}{AGENT} {action}", **announced)

    # The chapters

    def boot(self) -> None:
        self.story.chapter("A machine with a stock Debian kernel, and the AWS emulator")
        self.story.show("$", f"tests/lab/lab build --release {self.release}")
        with Progress("the machine's image; it is made once and kept"):
            made = image.build(self.release)
        self.story.outcome(str(made.directory), 0, 0)
        self.machine = Machine(made, "demo")
        self.machine.add_disk(SERIAL, 512)
        self.story.show("$", f"tests/lab/lab up --disk {SERIAL} --install {self.directory}/tree")
        with Progress("booting"):
            self.machine.boot()
            self.machine.install(self.directory / "tree")
        self.story.outcome(f"the volume is {self.machine.disks[SERIAL].device}", 0,
                           self.machine.boot_seconds, matches=f"{DEVICE}$")
        self.story.show("$", "python3 -m emulator &")
        self.aws = Aws(self.directory)
        self.machine.use_aws(self.aws)
        self.story.say(f"  it answers at {self.aws.endpoint}; in the machine, AWS's own host names "
                       "and\n  169.254.169.254 lead to it")
        self.guest("uname -r; modprobe dm-crypt && dmsetup targets | grep crypt", "looking",
                   matches=r"crypt +v\d")

    def store(self) -> None:
        self.story.chapter("The passphrase becomes a SecureString")
        environment = {**self.aws.admin_environment(), "endpoint": self.aws.endpoint}
        self.host(f"aws --endpoint-url $endpoint ssm put-parameter --name {PARAMETER} "
                  f"--type SecureString --key-id alias/luks --value '{PASSPHRASE}'",
                  "the aws command line", env=environment, matches=r'"Version": 1')
        self.host(f"aws --endpoint-url $endpoint ssm get-parameter --name {PARAMETER} "
                  "--query Parameter.[Type,Value] --output text", "the aws command line",
                  env=environment, matches=r"SecureString\t(?!a passphrase)")

    def format(self) -> None:
        self.story.chapter("The volume is formatted by hand, once")
        self.guest(BY_HAND, "cryptsetup and mkfs", env={"passphrase": PASSPHRASE},
                   matches=r"bsize=")
        self.guest(f"blkid -o value -s TYPE {DEVICE}; cryptsetup luksDump {DEVICE} | head -n 7",
                   "looking", matches=r"crypto_LUKS[\s\S]*cbc-essiv:sha256[\s\S]*ripemd160")

    def look(self) -> None:
        self.story.chapter("What the cluster asks before it starts anything")
        self.story.show("lab#", "\n".join(f"export {name}={shlex.quote(value)}"
                                          for name, value in ENVIRONMENT.items()))
        text = self.agent("meta-data", "reading", matches="<resource-agent")
        root = xml.etree.ElementTree.fromstring(text)
        names = [node.get("name") for node in root.iter("parameter")]
        self.story.say(f"  well-formed XML, {len(names)} parameters, required: "
                       + ", ".join(node.get("name") for node in root.iter("parameter")
                                   if node.get("required") in ("1", "true")))
        self.agent("validate-all", "checking", quiet=True)
        self.agent("monitor", "probing", probe=True, expect=7, quiet=True)

    def run(self) -> None:
        self.story.chapter("Start, and three depths of monitor")
        self.agent("start", "fetching the key, opening, mounting")
        self.guest(f"findmnt -n -o SOURCE,FSTYPE,TARGET {DIRECTORY}; dmsetup ls", "looking",
                   matches=rf"/dev/mapper/data +xfs +{DIRECTORY}")
        for depth in (0, 10, 20):
            self.agent("monitor", "looking", depth=depth)
        self.guest(f"echo 'it is still here' > {DIRECTORY}/file && sync && cat {DIRECTORY}/file",
                   "writing", matches="it is still here")

    def again(self) -> None:
        self.story.chapter("Stop, proven, and start again")
        self.agent("stop", "unmounting, closing")
        self.guest(f"! findmnt {DIRECTORY} && dmsetup ls && ls -A {DIRECTORY} | wc -l", "looking",
                   matches=r"No devices found\n0\s*$")
        self.agent("monitor", "probing", probe=True, expect=7, quiet=True)
        self.agent("start", "fetching the key, opening, mounting")
        self.guest(f"cat {DIRECTORY}/file", "reading", matches="it is still here")

    def finish(self) -> None:
        self.story.chapter("Nothing is left")
        self.agent("stop", "unmounting, closing")
        self.guest("dmsetup ls", "looking", matches="No devices found")

    def tell_how_to_go_on(self) -> None:
        exports = "\n".join(f"export {name}={shlex.quote(value)}"
                            for name, value in ENVIRONMENT.items())
        self.machine.write("/root/demo.env", exports + f"\nPATH={OCF_ROOT}/resource.d/luks-ssm:$PATH\n")
        self.story.chapter("The machine stays up")
        self.story.say(f"""\
log in:   {shlex.join(self.machine.ssh_command())}
there:    . /root/demo.env        the variables from above, and `volume` in the PATH
          volume start; echo $?   then ls {DIRECTORY}, dmsetup table, cryptsetup status data
          cd {DIRECTORY}; volume stop      a busy stop: who is in the way is signalled
          (sleep 1000 < {DIRECTORY}/file &); OCF_RESKEY_force_unmount=false volume stop
          cryptsetup close data; volume monitor    while it is mounted; umount first, then again
AWS:      {' '.join(f'{k}={shlex.quote(v)}' for k, v in self.aws.admin_environment().items())} \\
          aws --endpoint-url {self.aws.endpoint} ssm get-parameter --with-decryption --name {PARAMETER}
end it:   kill {os.getpid()}""")

    def chapters(self) -> list:
        last = self.tell_how_to_go_on if self.keep else self.finish
        return [self.build, self.boot, self.store, self.format, self.look, self.run, self.again, last]
