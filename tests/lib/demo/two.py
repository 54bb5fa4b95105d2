# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/demo: two machines, a cluster, an encrypted volume that moves, and that survives the loss of a machine."""

import json
import os
import pathlib
import shlex
import time

from lab import image, timeline, writes
from lab.cluster import Cluster
from lab.records import Recorder

from .play import SOURCE, Play
from .story import Different, Progress

SERIAL = "data"
DEVICE = "/dev/disk/by-id/nvme-data"
PARAMETER = "/prod/data/luks"
PASSPHRASE = "a passphrase that no disk has ever seen"
DIRECTORY = "/srv/data"
KEY = "alias/data"
KEY_ID = "11111111-2222-3333-4444-555555555555"
ROLE = "luks-node"
EXAMPLES = SOURCE / "cluster-examples"
LOOK = "crm_mon -1 --inactive --include=none,nodes,resources,failures"
BY_HAND = f"""\
echo "$passphrase" | cryptsetup luksFormat -q --type luks1 \\
    --cipher aes-cbc-essiv:sha256 --hash ripemd160 --key-size 256 {DEVICE}
echo "$passphrase" | cryptsetup luksOpen {DEVICE} by-hand
mkfs -t xfs -L LUKS /dev/mapper/by-hand
cryptsetup luksClose by-hand"""


class Demo(Play):
    """The chapters; the cluster and what was measured in between."""

    def __init__(self, keep: bool, release: str | None, svg: pathlib.Path) -> None:
        super().__init__(keep, release)
        self.svg = svg
        self.cluster: Cluster | None = None
        self.recorder = Recorder(DIRECTORY)
        self.active = ""
        self.active_since = 0.0  # the first record of the machine that has the volume, after a move
        self.charts: list = []

    def close(self) -> None:
        if self.cluster is not None:
            self.cluster.close()

    def chapters(self) -> list:
        last = [self.tell_how_to_go_on] if self.keep else []
        return [self.build, self.boot, self.store, self.format, self.create, self.write, self.move, self.lose_power,
                self.show, *last]

    def on(self, name: str, command: str, what: str, **options) -> str:
        return self.inside(self.cluster.nodes[name], f"{name}#", command, what, **options)

    def other(self) -> str:
        return next(name for name in self.cluster.names if name != self.active)

    # The chapters

    def boot(self) -> None:
        self.story.chapter("Two machines with a stock Debian kernel form a cluster")
        self.story.show("$", f"tests/lab/lab build --release {self.release}")
        with Progress("the machines' image; it is made once and kept") as progress:
            made = image.build(self.release)
        self.story.outcome(str(made.directory), 0, progress.seconds)
        self.cluster = Cluster(made, tree=self.tree)
        self.cluster.add_disk(SERIAL, 512)
        self.story.show("$", f"tests/lab/lab cluster-up --release {self.release} --disk {SERIAL} --install {self.tree}")
        with Progress("booting, forming the cluster") as progress:
            self.cluster.start(600)
        self.story.outcome(f"online: {' '.join(sorted(self.cluster.online()))}", 0, progress.seconds,
                           matches="node1 node2")
        self.on("node1", "uname -r; pacemakerd --version | head -n 1; pcs --version; " + LOOK, "looking",
                matches=r"Online: \[ node1 node2 \][\s\S]*fence_lab\):\s+ Started")

    def store(self) -> None:
        self.story.chapter("The passphrase becomes a SecureString; the machines' role may read it")
        aws = self.cluster.aws
        aws.control("kms_key", alias=KEY, key_id=KEY_ID)
        environment = {**aws.admin_environment(), "endpoint": aws.endpoint}
        self.host(f"aws --endpoint-url $endpoint ssm put-parameter --name {PARAMETER} --type SecureString "
                  f"--key-id {KEY} --value '{PASSPHRASE}'", "the aws command line", env=environment,
                  matches=r'"Version": 1')
        policy = json.loads((EXAMPLES / "iam-role-policy.json").read_text(encoding="utf-8"))
        aws.control("policies", name=ROLE, policies=[policy])
        self.story.say("  the role has cluster-examples/iam-role-policy.json and nothing else; the emulator answers at\n"
                       f"  {aws.endpoint}, in the machines under AWS's own names and 169.254.169.254")

    def format(self) -> None:
        self.story.chapter("The volume is formatted by hand, once")
        self.on("node1", BY_HAND, "cryptsetup and mkfs", env={"passphrase": PASSPHRASE}, matches=r"bsize=")

    def create(self) -> None:
        self.story.chapter("One pcs resource create, as in cluster-examples")
        text = (EXAMPLES / "single-volume.sh").read_text(encoding="utf-8")
        self.on("node1", text, "pcs", shown=text[text.index("pcs resource create"):].rstrip())
        self.on("node1", "crm_resource --wait --timeout=240", "the cluster starts it")
        self.active = self._where()
        self.on("node1", LOOK, "looking", matches=rf"volume\):\s+ Started {self.active}")

    def _where(self) -> str:
        found = self.cluster.where("data")
        if len(found) != 1:
            raise Different(f"the volume is active on {found or 'no machine'}")
        return found[0]

    def write(self) -> None:
        self.story.chapter("A writer appends numbered records, each with fsync")
        for node in self.cluster.nodes.values():
            self.recorder.start(node)
        with Progress("writing"):
            self._wait_for(lambda: self.recorder.last() >= 40, 60, "40 acknowledged records")
        self.on(self.active, f"tail -n 3 {DIRECTORY}/records; findmnt -n -o SOURCE,FSTYPE,TARGET {DIRECTORY}", "looking",
                matches=rf"\d+ {self.active}\.\d[\s\S]*/dev/mapper/data +xfs +{DIRECTORY}")

    @staticmethod
    def _wait_for(condition, limit_s: float, what: str):
        deadline = time.monotonic() + limit_s
        while not (value := condition()):
            if time.monotonic() > deadline:
                raise Different(f"{what}: not within {limit_s:.0f} s")
            time.sleep(0.3)
        return value

    def move(self) -> None:
        self.story.chapter("Moved by order")
        before, target, began = self.active, self.other(), time.time()
        self.on(before, f"pcs resource move data {target}", "the cluster moves it")
        first = self._wait_for(lambda: self.recorder.first_after(began, target), 120, f"a record from {target}")
        self.active, self.active_since = self._where(), first
        self.story.say(f"  {target} acknowledged its first record {first - began:.1f} s after the order was typed")
        self._prove([before, target])

    def lose_power(self) -> None:
        self.story.chapter("The active machine loses its power")
        lost, survivor = self.active, self.other()
        last, began = self.recorder.last(), time.time()
        self.story.show("$", f"tests/lab/lab cluster-off {lost}")
        self.cluster.nodes[lost].power_off()
        with Progress("the other machine notices, fences, fetches the key, mounts"):
            first = self._wait_for(lambda: self.recorder.first_after(began + 0.2, survivor), 240,
                                   f"a record from {survivor}")
        self.story.outcome(f"{lost}'s last acknowledged record was {max(last, self.recorder.last_of(lost))}; {survivor} "
                           f"goes on {first - began:.1f} s after the loss", 0, first - began)
        self.active = survivor
        self.on(survivor, LOOK, "looking", matches=rf"volume\):\s+ Started {survivor}")
        self._prove([lost, survivor], since=self.active_since)
        self.charts.append(self._measure(lost, survivor, began, first))

    def _prove(self, owners: list[str], since: float = 0) -> None:
        """The data and the disk, each measured outside the machines."""
        active = self.cluster.nodes[self.active]
        # What the writer was told before the file is read must be in it.
        acknowledged = self.recorder.acknowledged()
        count = self.recorder.verify(active.read(f"{DIRECTORY}/records"), acknowledged)
        self.story.say(f"  data: all {len(acknowledged)} acknowledged records are in the file, each once "
                       f"({count} records)")
        made = self._mount_began(owners[0], since)
        found = writes.check_exclusion(self.cluster.writes_to(SERIAL), owners, made)
        self.story.say("  disk: " + writes.describe(found))

    def _mount_began(self, owner: str, since: float) -> float:
        """From when on the disk's writes count: formatting it by hand does not."""
        if since:
            return since
        records = [record for record in self.recorder.acknowledged() if record.run.startswith(owner)]
        return records[0].time

    def _measure(self, lost: str, survivor: str, began: float, first: float) -> tuple:
        """What happened when, by the logs of the machine, the emulator and the power switch."""
        node = self.cluster.nodes[survivor]
        fetched = [row for row in self.cluster.aws.control("log", count=50)
                   if row["operation"] == "GetParameter" and row["time"] > began]
        marks = [("detection", self.cluster.log_line(node, rf"controld.*Node {lost} state is now lost", began)),
                 ("fencing", self.cluster.log_line(node, rf"Peer {lost} was terminated", began)),
                 ("start ordered", self.cluster.log_line(node, "Requesting local execution of start .* data", began)),
                 ("key fetch", fetched[0]["time"] if fetched else None),
                 ("unlock", self.cluster.log_line(node, r"kernel: XFS \(dm-\d+\): Mounting", began)),
                 # The writer wakes with the mount.
                 ("mount", next((float(row[3]) for row in self.recorder.lines("open")
                                 if row[2].startswith(survivor + ".") and float(row[3]) > began), None)),
                 ("first write", first)]
        missing = [label for label, moment in marks if moment is None]
        if missing:
            raise Different(f"no log tells when this was done: {', '.join(missing)}")
        return (f"Power loss of {lost}: {first - began:.1f} s until {survivor} writes",
                timeline.consecutive(marks, began))

    def show(self) -> None:
        self.story.chapter("Timeline")
        for title, spans in self.charts:
            self.story.say(timeline.text(title, spans))
        timeline.write_svg(self.svg, self.charts)
        self.story.say(f"\nthe same as a picture: {self.svg}")

    def tell_how_to_go_on(self) -> None:
        self.story.chapter("The cluster stays up")
        logins = "\n".join(f"log in:   {shlex.join(node.ssh_command())}    # {name}" if node.powered() else ""
                           for name, node in self.cluster.nodes.items())
        aws = self.cluster.aws
        self.story.say(f"""\
{logins}
there:    crm_mon -1 -rf                           what the cluster thinks
          pcs resource move data NODE              by order; tail -f {DIRECTORY}/records on the other
          pcs resource disable data; pcs resource enable data
          pcs node standby NODE; pcs node unstandby NODE
          crm_resource --resource data --force-check -V      what a person sees
          echo c > /proc/sysrq-trigger             the active machine crashes; it is fenced and comes back
          corosync-quorumtool; journalctl -f
AWS:      {' '.join(f'{k}={shlex.quote(v)}' for k, v in aws.admin_environment().items())} \\
          aws --endpoint-url {aws.endpoint} ssm get-parameter --with-decryption --name {PARAMETER}
end it:   kill {os.getpid()}""")
