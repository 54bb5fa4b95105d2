# SPDX-License-Identifier: GPL-2.0-or-later
"""policy: what is printed grants what is needed, and each action is needed. The emulator judges."""
from __future__ import annotations

import copy
import json

from .kit import CommandTest

ACCOUNT = "123456789012"
KEY = "11111111-1111-4111-8111-111111111111"
KEY_ID, SECRET = "AKIAPOLICYTEST000000", "a secret of the policy's test"


class PolicyTest(CommandTest):

    def policies(self, *words, name="/luks/volume1", key=KEY) -> dict:
        done = self.run_command("policy", "--json", f"--ssm-parameter={name}", "--region=eu-central-1",
                                f"--account={ACCOUNT}", *([f"--kms-key-id={key}"] if key else []), *words)
        self.assertEqual(done.rc, 0, done)
        return {name: json.loads(text) if name.endswith("policy") else text
                for name, text in done.answer.items()}

    def grant(self, *documents) -> dict:
        self.aws.load({"users": [{"name": "tested", "policies": list(documents), "key_id": KEY_ID,
                                  "secret": SECRET}]})
        return {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}

    def read(self, *documents, name="/luks/volume1"):
        """Whether a format with the existing value gets as far as the key."""
        path = self.image()
        return self.run_command("format", str(path), *self.way, f"--ssm-parameter={name}", "--no-filesystem",
                                "--use-existing", "--key-is-random", env=self.grant(*documents))

    def without_each_action(self, document):
        for place, statement in enumerate(document["Statement"]):
            for action in statement["Action"]:
                less = copy.deepcopy(document)
                less["Statement"][place]["Action"].remove(action)
                yield action, less

    def test_the_readers_policy_is_enough_and_each_action_needed(self):
        self.aws.put("/luks/volume1", "a passphrase of some length")
        reader = self.policies()["reader_policy"]
        self.assertEqual(self.read(reader).rc, 0)
        actions = []
        for action, less in self.without_each_action(reader):
            self.refused("access-denied", done=self.read(less))
            actions.append(action)
        self.assertEqual(actions, ["ssm:GetParameter", "kms:Decrypt"])

    def test_the_reader_reads_no_other_parameter(self):
        self.aws.put("/luks/volume1", "a passphrase of some length")
        self.aws.put("/luks/volume2", "another passphrase")
        self.refused("access-denied", done=self.read(self.policies()["reader_policy"], name="/luks/volume2"))

    def test_an_alias_becomes_a_condition_and_never_a_resource(self):
        self.aws.put("/luks/volume1", "a passphrase of some length")
        reader = self.policies(key="alias/luks")["reader_policy"]
        self.assertNotIn("alias/luks", [row["Resource"] for row in reader["Statement"]])
        self.assertIn("kms:ResourceAliases", json.dumps(reader))
        article = copy.deepcopy(reader)
        article["Statement"][1] = {"Effect": "Allow", "Action": "kms:Decrypt",
                                   "Resource": f"arn:aws:kms:eu-central-1:{ACCOUNT}:alias/luks"}
        self.refused("access-denied", done=self.read(article))

    def provision(self, document, name):
        path = self.image(name.rsplit("/", 1)[1])
        words = ["format", str(path), *self.way, f"--ssm-parameter={name}", "--no-filesystem",
                 f"--kms-key-id={KEY}"]
        first = self.run_command(*words, env=self.grant(document))
        return first if first.rc else self.run_command(*words, env=self.grant(document))

    def test_the_provisioners_policy_is_enough_and_each_action_needed(self):
        names = iter(f"/luks/made{number}" for number in range(9))
        name = next(names)
        self.assertEqual(self.provision(self.policies(name=name)["provisioner_policy"], name).rc, 0)
        actions = [action for action, _ in
                   self.without_each_action(self.policies(name=name)["provisioner_policy"])]
        for place, action in enumerate(actions):
            name = next(names)
            _, less = list(self.without_each_action(self.policies(name=name)["provisioner_policy"]))[place]
            done = self.provision(less, name)
            self.refused("access-denied", done=done)
            self.assertIn(action, done.err)

    def test_a_private_network_without_an_endpoint_is_refused(self):
        for network in ("10.0.0.0/8", "172.16.3.0/24", "192.168.1.1", "100.64.0.0/10", "fd00::/8"):
            done = self.run_command("policy", "--ssm-parameter=/luks/x", "--region=eu-central-1",
                                    f"--account={ACCOUNT}", f"--source-ip={network}")
            self.refused("bad-parameter", "private", done=done)

    def test_networks_stand_on_the_statement_of_ssm_alone(self):
        reader = self.policies("--source-ip=198.51.100.0/24,203.0.113.7")["reader_policy"]
        first, second = reader["Statement"]
        self.assertEqual(first["Condition"], {"IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "203.0.113.7"]}})
        self.assertNotIn("SourceIp", json.dumps(second))
        reader = self.policies("--source-ip=10.0.0.0/8", "--vpc-endpoint=vpce-1")["reader_policy"]
        self.assertEqual(reader["Statement"][0]["Condition"],
                         {"StringEquals": {"aws:SourceVpce": ["vpce-1"]},
                          "IpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8"]}})

    def test_the_accounts_own_key_is_warned_about(self):
        answer = self.policies(key=None)
        self.assertIn("every principal", answer["note"])
        self.assertEqual(len(answer["reader_policy"]["Statement"]), 1)
