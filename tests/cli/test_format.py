# SPDX-License-Identifier: GPL-2.0-or-later
"""format: the key is stored before the device is written, and a run that was cut off is finished."""
from __future__ import annotations

import os
import re
import signal
import json
import subprocess
import time

from .kit import CommandTest, Done, long_form

NAME = "/luks/new"


class FormatTest(CommandTest):

    def format(self, path, *words, name=NAME, **how):
        return self.run_command("format", str(path), *self.way, f"--ssm-parameter={name}",
                                "--no-filesystem", "--json", *words, **how)

    def fresh(self) -> str:
        """A parameter's name that no other test uses."""
        return f"/luks/{self.id().rsplit('.', 1)[-1]}"

    def test_a_key_of_256_bits_is_stored_and_opens_the_device(self):
        path, name = self.image(), self.fresh()
        done = self.format(path, name=name)
        self.assertEqual(done.rc, 0, done)
        stored = self.stored(name)
        self.assertRegex(stored["Value"], "^[0-9a-f]{64}$")
        self.assertEqual(stored["Type"], "SecureString")
        self.assertEqual(self.opens(path, stored["Value"]), 0)
        uuid = self.uuid_of(path)
        self.assertEqual(done.answer["luks_uuid"], uuid)
        self.assertIn(uuid, stored["Description"])
        self.assertNotIn(stored["Value"], stored["Description"])
        self.assertNotIn(stored["Value"], done.out + done.err)

    def test_slot_and_digest_of_a_generated_key_are_not_stretched(self):
        path = self.image()
        self.assertEqual(self.format(path, name=self.fresh()).rc, 0)
        dump = self.dump(path)
        self.assertEqual(re.findall(r"PBKDF: +(\S+)", dump), ["pbkdf2"])
        self.assertEqual(set(re.findall(r"Iterations: *(\d+)", dump)), {"1000"})

    def test_luks1_is_made_on_request(self):
        path, name = self.image(), self.fresh()
        self.assertEqual(self.format(path, "--luks1", name=name).rc, 0)
        dump = self.dump(path)
        self.assertRegex(dump, r"Version:\s+1\n")
        # As the article makes it.
        for line in (r"Cipher name:\s+aes\n", r"Cipher mode:\s+cbc-essiv:sha256\n", r"Hash spec:\s+ripemd160\n",
                     r"MK bits:\s+256\n", r"MK iterations:\s+1000\n"):
            self.assertRegex(dump, line)
        self.assertEqual(set(re.findall(r"\sIterations:\s*(\d+)", dump)), {"1000"})
        self.assertEqual(self.opens(path, self.stored(name)["Value"]), 0)

    def test_luks1_that_this_host_cannot_make_is_said_before_anything_is_stored(self):
        without = {"LD_PRELOAD": self.preloaded("no_ripemd160.c")}
        for words in ((), ("--dry-run",)):
            path, name = self.image(), self.fresh()
            done = self.format(path, "--luks1", *words, name=name, env=without)
            self.refused("missing-software", "ripemd160", "leave --luks1 out", done=done)
            self.assertEqual((done.rc, self.has(name), any(path.read_bytes())), (5, False, False))
        self.assertEqual(self.format(path, name=name, env=without).rc, 0)

    def test_a_device_without_room_is_said_before_anything_is_stored(self):
        for words, mib in (((), 16), (("--dry-run",), 16), (("--luks1",), 2)):
            path, name = self.image(), "-".join((self.fresh(), *words))
            os.truncate(path, mib << 20)
            done = self.format(path, *words, name=name)
            self.refused("bad-parameter", f"too small: its header alone takes {mib} MiB", done=done)
            self.assertEqual((done.rc, self.has(name), any(path.read_bytes())), (2, False, False))
            os.truncate(path, (mib << 20) + 4096)
            self.assertEqual(self.format(path, *words, name=name).rc, 0)

    def test_a_header_lies_where_cryptsetup_would_lay_it(self):
        article = ("--cipher", "aes-cbc-essiv:sha256", "--hash", "ripemd160", "--key-size", "256")
        for options, kind, made in (((), 2, ()), (("--luks1",), 1, article)):
            with self.subTest(kind=kind):
                path = self.image(f"luks{kind}")
                self.assertEqual(self.format(path, *options, name=f"{self.fresh()}-{kind}").rc, 0)
                places = r"(?m)^\s*(Metadata area|Keyslots area|offset|length|sector|Payload offset|MK bits|cipher):(.*)$"
                self.assertEqual(re.findall(places, self.dump(path)), re.findall(places, self.dump(self.luks_image(kind, *made))))

    def test_the_configurations_name_exactly_this_volume(self):
        path, name = self.image(), self.fresh()
        answer = self.format(path, "--directory=/srv/a b", "--map-name=data1", name=name).answer
        for text in (answer["for_pacemaker"], answer["for_one_host"]):
            for part in (str(path), name, answer["luks_uuid"], "region=eu-central-1"):
                self.assertIn(part, text)
        self.assertIn("directory='/srv/a b'", answer["for_pacemaker"])
        self.assertIn('directory="/srv/a b"', answer["for_one_host"])
        self.assertIn("pcs resource create data1 ocf:luks-ssm:volume", answer["for_pacemaker"])

    def test_the_policy_and_the_units_are_for_exactly_this_volume(self):
        path, name = self.image(), self.fresh()
        answer = self.format(path, "--map-name=data1", name=name).answer
        self.assertIn("systemctl enable --now luks-ssm@data1.service", answer["for_systemd"])
        policy = json.loads(answer["reader_policy"])
        [ssm] = [row for row in policy["Statement"] if "ssm:GetParameter" in row["Action"]]
        self.assertEqual(ssm["Resource"], f"arn:aws:ssm:eu-central-1:123456789012:parameter{name}")

    def test_a_device_that_holds_something_is_refused_unless_it_is_named_twice(self):
        path, name = self.image(), self.fresh()
        subprocess.run(["/usr/sbin/mkfs.ext4", "-q", "-F", str(path)], check=True)
        before = path.read_bytes()
        self.assertIn("ext4", subprocess.run(["/usr/sbin/wipefs", str(path)], capture_output=True, text=True, check=True).stdout)
        self.refused("device-in-use", "ext4", "--overwrite", done=self.format(path, name=name))
        self.refused("device-in-use", done=self.format(path, "--overwrite=/dev/other", name=name))
        self.assertEqual(path.read_bytes(), before)
        self.assertEqual(self.format(path, f"--overwrite={path}", name=name).rc, 0)
        self.assertEqual(self.opens(path, self.stored(name)["Value"]), 0)

    def test_a_partition_table_alone_is_something_and_goes_whole(self):
        for table in ("gpt", "dos"):
            with self.subTest(table=table):
                path, name = self.image(table), f"{self.fresh()}-{table}"
                self.partition(path, table)
                before = path.read_bytes()
                for words in ((), ("--dry-run",)):
                    self.refused("device-in-use", table, "--overwrite", done=self.format(path, *words, name=name))
                self.assertEqual((path.read_bytes(), self.has(name)), (before, False))
                self.assertEqual(self.format(path, f"--overwrite={path}", name=name).rc, 0)
                left = subprocess.run(["/usr/sbin/wipefs", str(path)], capture_output=True, text=True, check=True).stdout
                self.assertEqual({line.split()[2] for line in left.splitlines()[1:]}, {"crypto_LUKS"}, left)

    def test_somebody_elses_luks_device_is_refused(self):
        path = self.luks_image()
        before = path.read_bytes()
        self.refused("device-in-use", "crypto_LUKS", done=self.format(path, name=self.fresh()))
        self.assertEqual(path.read_bytes(), before)

    def test_a_parameter_with_another_value_is_left_alone(self):
        path, name = self.image(), self.fresh()
        self.aws.put(name, "somebody's passphrase")
        self.refused("parameter-exists", name, done=self.format(path, name=name))
        self.assertEqual(self.stored(name)["Value"], "somebody's passphrase")
        self.assertFalse(any(path.read_bytes()))

    def test_an_existing_value_counts_as_a_passphrase_unless_it_is_said_to_be_random(self):
        for words, kdf in (([], "argon2id"), (["--key-is-random"], "pbkdf2")):
            path = self.image(kdf)
            self.aws.put("/luks/existing", "somebody's passphrase")
            done = self.format(path, "--use-existing", *words, name="/luks/existing")
            self.assertEqual(done.rc, 0, done)
            self.assertEqual(re.findall(r"PBKDF: +(\S+)", self.dump(path)), [kdf])
            self.assertEqual(self.opens(path, "somebody's passphrase"), 0)

    def test_nothing_is_written_when_the_key_cannot_be_stored(self):
        path = self.image()
        self.aws.fault("error", service="ssm", operation="PutParameter", code="AccessDeniedException")
        self.refused("access-denied", "ssm:PutParameter", done=self.format(path, name=self.fresh()))
        self.assertFalse(any(path.read_bytes()))

    def test_an_answer_to_the_store_that_is_lost_is_looked_up(self):
        path, name = self.image(), self.fresh()
        self.aws.fault("close", service="ssm", operation="PutParameter", after=True, times=1)
        done = self.format(path, name=name)
        self.assertEqual(done.rc, 0, done)
        self.assertEqual(self.opens(path, self.stored(name)["Value"]), 0)
        self.assertIn(self.uuid_of(path), self.stored(name)["Description"])

    def killed_after_the_store(self, path, name: str) -> None:
        self.aws.fault("hang", service="ssm", operation="GetParameter", times=1, seconds=30)
        process = self.start("format", str(path), *self.way, f"--ssm-parameter={name}", "--no-filesystem")
        until = time.monotonic() + 20
        while not self.has(name) and time.monotonic() < until:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=10)
        self.aws.faults.clear()
        self.assertFalse(any(path.read_bytes()))

    def test_a_run_killed_after_the_store_is_finished_by_the_next(self):
        path, name = self.image(), self.fresh()
        self.killed_after_the_store(path, name)
        value = self.stored(name)["Value"]
        done = self.format(path, name=name)
        self.assertEqual(done.rc, 0, done)
        self.assertEqual(self.stored(name)["Value"], value)
        self.assertEqual(self.opens(path, value), 0)

    def while_it_is_read_back(self, path, name: str, change) -> Done:
        """The command, and what somebody does to the parameter between its store and its first read."""
        delay = self.aws.fault("delay", service="ssm", operation="GetParameter", times=1, seconds=4)
        process = self.start("format", str(path), *self.way, f"--ssm-parameter={name}", "--no-filesystem", "--json")
        until = time.monotonic() + 20
        while not delay.fired and time.monotonic() < until and process.poll() is None:
            time.sleep(0.05)
        change()
        out, err = process.communicate(timeout=60)
        self.aws.faults.clear()
        return Done(process.returncode, out, err)

    def asked(self, operation: str) -> list[dict]:
        return [row for row in self.aws.log.rows if row.get("operation") == operation]

    def test_what_was_stored_is_read_back_by_its_version(self):
        path, name = self.image(), self.fresh()
        self.aws.log.reset()
        self.assertEqual(self.format(path, name=name).rc, 0)
        asked = [row["names"] for row in self.asked("GetParameter")]
        self.assertEqual(asked[0], [f"{name}:1"], asked)

    def test_a_version_that_comes_in_between_ends_it_before_anything_is_written(self):
        for earlier in (False, True):
            with self.subTest(of_an_earlier_run=earlier):
                path, name = self.image(str(earlier)), f"{self.fresh()}-{earlier}"
                if earlier:
                    self.killed_after_the_store(path, name)
                done = self.while_it_is_read_back(path, name, lambda: self.aws.put(name, "somebody's passphrase"))  # pylint: disable=cell-var-from-loop
                self.refused("parameter-exists", "version 2", "nothing was written", done=done)
                self.assertFalse(any(path.read_bytes()))
                self.assertEqual(self.stored(name)["Version"], 2)

    def test_another_value_under_the_same_version_ends_it_before_anything_is_written(self):
        path, name = self.image(), self.fresh()

        def replace():
            caller = self.aws._root("eu-central-1")  # pylint: disable=protected-access
            self.aws.ssm.handle("DeleteParameter", {"Name": name}, caller)
            self.aws.put(name, "somebody's passphrase")

        done = self.while_it_is_read_back(path, name, replace)
        self.refused("wrong-key", "nothing was written", done=done)
        self.assertFalse(any(path.read_bytes()))

    def cryptsetup(self, *words: str) -> None:
        subprocess.run(["cryptsetup", *words], check=True, capture_output=True)

    def as_if_unfinished(self, path) -> None:
        """The label that a header has while it is being made."""
        self.cryptsetup("config", "--label", "luks-ssm unfinished", str(path))

    def move_to_slot_1(self, path, key: str) -> None:
        self.cryptsetup("luksAddKey", "-q", "--key-slot", "1", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000",
                        "--key-file", self.key_file(key), str(path), self.key_file(key))
        self.cryptsetup("luksKillSlot", "-q", str(path), "0")
        self.assertEqual(self.opens(path, key), 1)

    def test_a_header_that_was_killed_before_its_first_slot_is_made_anew_under_the_same_key(self):
        path, name = self.image(), self.fresh()
        uuid = self.format(path, name=name).answer["luks_uuid"]
        self.as_if_unfinished(path)
        self.cryptsetup("luksErase", "-q", str(path))
        done = self.format(path, name=name)
        self.assertEqual(done.rc, 0, done)
        self.assertEqual(self.uuid_of(path), uuid)
        self.assertEqual(self.opens(path, self.stored(name)["Value"]), 0)

    def test_a_device_whose_slots_were_erased_is_not_made_anew(self):
        for options in ((), ("--luks1",)):
            with self.subTest(options=options):
                path, name = self.image("erased" + "".join(options)), self.fresh() + "".join(options)
                self.assertEqual(self.format(path, *options, name=name).rc, 0)
                self.cryptsetup("luksErase", "-q", str(path))
                before = path.read_bytes()
                self.refused("no-keyslot", "--overwrite", done=self.format(path, *options, name=name))
                self.assertEqual(path.read_bytes(), before)

    def test_an_unfinished_header_is_finished_and_a_finished_one_left_as_it_is(self):
        path, name = self.image(), self.fresh()
        self.format(path, name=name)
        key = self.stored(name)["Value"]
        self.move_to_slot_1(path, key)
        self.as_if_unfinished(path)
        self.assertEqual(self.format(path, name=name).rc, 0)
        self.assertEqual(self.opens(path, key), 0)
        self.assertNotIn("unfinished", self.dump(path))
        before = path.read_bytes()
        self.assertEqual(self.format(path, name=name).rc, 0)
        self.assertEqual(path.read_bytes(), before)

    def test_a_key_that_was_moved_by_hand_makes_no_device_unfinished(self):
        for options in ((), ("--luks1",)):
            with self.subTest(options=options):
                path, name = self.image("moved" + "".join(options)), self.fresh() + "".join(options)
                self.format(path, *options, name=name)
                self.move_to_slot_1(path, self.stored(name)["Value"])
                before = path.read_bytes()
                self.assertEqual(self.format(path, *options, name=name).rc, 0)
                self.assertEqual(path.read_bytes(), before)

    def test_an_unfinished_header_with_an_existing_key_is_finished_by_the_same_command(self):
        path, name, words = self.image(), self.fresh(), ("--use-existing", "--key-is-random")
        self.aws.put(name, "a passphrase of some length")
        self.assertEqual(self.format(path, *words, name=name).rc, 0)
        self.refused("device-in-use", "holds crypto_LUKS", done=self.format(path, *words, name=name))
        uuid = self.uuid_of(path)
        self.as_if_unfinished(path)
        self.aws.put("/luks/other-key", "another passphrase of some length")
        self.refused("wrong-key", done=self.format(path, *words, name="/luks/other-key"))
        done = self.format(path, *words, name=name)
        self.assertEqual((done.rc, self.uuid_of(path)), (0, uuid), done)
        self.assertNotIn("unfinished", self.dump(path))
        self.assertEqual(self.opens(path, "a passphrase of some length"), 0)

    def test_what_comes_onto_the_device_while_the_key_is_stored_stays(self):
        path, name, held = self.image(), self.fresh(), []

        def taken():
            subprocess.run(["/usr/sbin/mkfs.ext4", "-q", "-F", str(path)], check=True)
            held.append(path.read_bytes())
        self.refused("device-in-use", "holds ext4 now", "nothing was written to it",
                     done=self.while_it_is_read_back(path, name, taken))
        self.assertEqual(held, [path.read_bytes()])

    def key_file(self, key: str) -> str:
        path = self.directory / "key"
        path.write_text(key)
        return str(path)

    def test_another_device_never_gets_the_uuid_of_an_earlier_run(self):
        path, name = self.image(), self.fresh()
        self.format(path, name=name)
        other = self.image("other")
        self.refused("parameter-exists", "--use-existing", done=self.format(other, name=name))
        self.assertFalse(any(other.read_bytes()))

    def test_a_recovery_key_is_shown_once_and_opens_the_device(self):
        for version in ((), ("--luks1",)):
            with self.subTest(version):
                path, name = self.image("".join(version)), self.fresh() + "".join(version)
                answer = self.format(path, "--recovery-slot", *version, name=name).answer
                self.assertRegex(answer["recovery_key"], "^[0-9a-f]{40}$")
                self.assertEqual(self.opens(path, answer["recovery_key"]), 2)
                self.assertEqual(self.opens(path, self.stored(name)["Value"]), 0)
                self.assertEqual("argon2id" in self.dump(path), not version)
                for again in ((), ("--recovery-slot",)):
                    done = self.format(path, *again, *version, name=name)
                    self.assertEqual(done.answer["result"], "ok")
                    self.assertNotIn("recovery_key", done.answer)
                    self.assertNotIn(answer["recovery_key"], done.out + done.err)
                self.assertEqual(self.opens(path, answer["recovery_key"]), 2)

    def test_a_slot_0_of_somebody_elses_is_never_taken_for_the_keys(self):
        path, name = self.image(), self.fresh()
        self.format(path, name=name)
        key = self.stored(name)["Value"]
        self.move_to_slot_1(path, key)
        other = self.directory / "other"
        other.write_text("somebody's")
        self.cryptsetup("luksAddKey", "-q", "--key-slot", "0", "--pbkdf", "pbkdf2", "--key-file", self.key_file(key), str(path),
                        str(other))
        self.as_if_unfinished(path)
        before = path.read_bytes()
        self.refused("wrong-key", done=self.format(path, name=name))
        self.assertEqual(path.read_bytes(), before)

    def format_to_a_full_disk(self, path, name: str, *more: str) -> subprocess.CompletedProcess:
        words = ["format", str(path), *self.way, f"--ssm-parameter={name}", "--no-filesystem", "--json", *more]
        with open("/dev/full", "wb") as full:
            return subprocess.run([os.environ["LUKS_SSM"], *words], stdin=subprocess.DEVNULL, stdout=full, check=False,
                                  stderr=subprocess.PIPE, text=True, env=self.environment, timeout=60)

    @long_form
    def test_a_recovery_key_that_nobody_could_read_has_no_slot_and_the_next_run_shows_one(self):
        path, name = self.image(), self.fresh()
        done = self.format_to_a_full_disk(path, name, "--recovery-slot")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("the recovery key could not be written: No space left on device", done.stderr)
        self.assertIn("run this command again", done.stderr)
        self.assertNotIn("argon2id", self.dump(path))
        answer = self.format(path, "--recovery-slot", name=name).answer
        self.assertIsNotNone(self.opens(path, answer["recovery_key"]))
        self.assertEqual(self.opens(path, self.stored(name)["Value"]), 0)
        self.assertEqual(self.dump(path).count("argon2id"), 1)

    def test_an_answer_that_a_full_disk_does_not_take_is_a_failure_and_is_given_again(self):
        path, name = self.image(), self.fresh()
        done = self.format_to_a_full_disk(path, name)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("No space left on device; what it tells of was done", done.stderr)
        self.assertEqual(self.opens(path, self.stored(name)["Value"]), 0)
        self.assertEqual(self.format(path, name=name).answer["luks_uuid"], self.uuid_of(path))

    def test_dry_run_stores_and_writes_nothing(self):
        path, name = self.image(), self.fresh()
        done = self.format(path, "--dry-run", name=name)
        self.assertEqual(done.rc, 0, done)
        self.assertFalse(self.has(name))
        self.assertFalse(any(path.read_bytes()))
        # What the real run will choose is not known.
        self.assertNotIn("luks_uuid", done.out)
        self.assertIn("chosen then", done.answer["result"])
        uuid = "01234567-89ab-4def-8123-456789abcdef"
        answer = self.format(path, "--dry-run", f"--luks-uuid={uuid}", name=name).answer
        self.assertEqual(answer["luks_uuid"], uuid)
        self.assertIn(uuid, answer["for_pacemaker"])
        self.assertEqual(self.format(path, f"--luks-uuid={uuid}", name=name).answer["luks_uuid"], uuid)
        self.assertEqual(self.uuid_of(path), uuid)

    def test_a_file_takes_no_filesystem(self):
        path = self.image()
        done = self.on_aws("format", str(path), "--ssm-parameter=/luks/x")
        self.refused("bad-parameter", "--no-filesystem", done=done)
