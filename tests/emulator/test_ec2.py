# SPDX-License-Identifier: GPL-2.0-or-later
"""Instances are described, stopped and started as a fence agent does it, through somebody's power switch."""
import http.client
import json
import socket
import threading

from .emulator import NODE_ROLE
from .testkit import EmulatorTest

ONE, TWO = "i-0123456789abcdef0", "i-0123456789abcdef1"
TOKEN = "switch-word"


class Switch:
    """Two plugs behind a port; remembers what it was asked to do."""

    def __init__(self):
        self.power = {"node1": "on", "node2": "on"}
        self.asked = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rw", encoding="utf-8") as lines:
                lines.write(json.dumps(self._answer(json.loads(lines.readline()))) + "\n")

    def _answer(self, request):
        if request["token"] != TOKEN:
            return {"ok": False, "error": "wrong token"}
        action, plug = request["action"], request["plug"]
        if action != "status":
            self.asked.append((action, plug))
            self.power[plug] = "off" if action == "off" else "on"
        return {"ok": True, "power": self.power[plug]}

    def close(self):
        self._listener.close()


class Instances(EmulatorTest):
    def setUp(self):
        super().setUp()
        self.switch = Switch()
        self.addCleanup(self.switch.close)
        self.ports = self.aws.add_instances({ONE: "node1", TWO: "node2"}, self.switch.port, TOKEN)

    def ec2(self, *arguments, **who):
        return self.command("ec2", *arguments, **who)

    def states(self, *arguments, **who) -> dict:
        done = self.ec2("describe-instances", *arguments, **who)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {row["InstanceId"]: row["State"]["Name"] for group in json.loads(done.stdout)["Reservations"]
                for row in group["Instances"]}

    def test_all_of_them_or_one_by_its_id(self):
        self.assertEqual(self.states(), {ONE: "running", TWO: "running"})
        self.assertEqual(self.states("--filters", f"Name=instance-id,Values={TWO}"), {TWO: "running"})
        self.assertEqual(self.states("--filters", "Name=instance-id,Values=i-00000000000000000"), {})

    def test_a_stopped_one_has_no_power_and_starts_again(self):
        done = self.ec2("stop-instances", "--force", "--instance-ids", TWO)
        row = json.loads(done.stdout)["StoppingInstances"][0]
        self.assertEqual((row["PreviousState"]["Name"], row["CurrentState"]["Name"]), ("running", "stopping"))
        self.assertEqual(self.states(), {ONE: "running", TWO: "stopped"})
        self.assertEqual(self.states("--filters", "Name=instance-state-name,Values=stopped"), {TWO: "stopped"})
        self.assertEqual(self.ec2("start-instances", "--instance-ids", TWO).returncode, 0)
        self.assertEqual(self.states()[TWO], "running")
        self.assertEqual(self.switch.asked, [("off", "node2"), ("on", "node2")])

    def test_who_may_not_stop_it_stops_nothing(self):
        who = self.user({"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"},
                        {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": f"arn:aws:ec2:*:*:instance/{ONE}"})
        self.assertEqual(self.states(**who), {ONE: "running", TWO: "running"})
        self.assertIn("(UnauthorizedOperation)", self.ec2("stop-instances", "--instance-ids", ONE, TWO, **who).stderr)
        self.assertEqual(self.switch.asked, [])
        self.assertEqual(self.ec2("stop-instances", "--instance-ids", ONE, **who).returncode, 0)
        self.assertEqual(self.switch.asked, [("off", "node1")])

    def test_an_unknown_one_is_an_error(self):
        done = self.ec2("stop-instances", "--instance-ids", "i-00000000000000000")
        self.assertIn("(InvalidInstanceID.NotFound)", done.stderr)

    def test_each_reads_its_own_id_and_the_same_role(self):
        for instance, port in self.ports.items():
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            link.request("PUT", "/latest/api/token", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"})
            token = link.getresponse().read().decode()
            found = {}
            for path in ("instance-id", "iam/security-credentials/"):
                link.request("GET", "/latest/meta-data/" + path, headers={"X-aws-ec2-metadata-token": token})
                found[path] = link.getresponse().read().decode()
            link.close()
            self.assertEqual(found, {"instance-id": instance, "iam/security-credentials/": NODE_ROLE})
