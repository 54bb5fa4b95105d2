# SPDX-License-Identifier: GPL-2.0-or-later
"""What the command says of itself, of its options, its files, and of what lies in Parameter Store."""
from __future__ import annotations

import subprocess

from .kit import PASSPHRASE, CommandTest

COMMANDS = ("format", "enroll", "policy", "keys", "migrate", "open", "close", "status", "show-users", "check",
            "grow", "backup-header", "explain")


class WordsTest(CommandTest):

    def test_every_command_has_its_help_and_unknown_options_end_with_64(self):
        for command in COMMANDS:
            done = self.run_command(command, "--help")
            self.assertEqual(done.rc, 0, done)
            self.assertIn(f"luks-ssm {command}", done.out)
            self.assertEqual(self.run_command(command, "--no-such-option").rc, 64)
        self.assertEqual(self.run_command("--version").rc, 0)
        self.assertEqual(self.run_command("nothing").rc, 64)
        self.assertEqual(self.run_command().rc, 64)

    def test_a_wrong_command_line_is_answered_in_json_too(self):
        for words in (["open", "--json", "--no-such-option"], ["open", "--no-such-option", "--json"],
                      ["explain", "--json", "a", "b"], ["format", "--json"], ["status", "--json", "--timeout=0"],
                      ["open", "--json", "../passwd"], ["policy", "--json", "--region"]):
            done = self.run_command(*words)
            self.assertEqual(done.rc, 64, done)
            self.assertEqual(done.answer["error"]["code"], "bad-request")
            self.assertTrue(done.err.strip().endswith(done.answer["error"]["text"]), done)
        # Behind "--" there is no option any more.
        self.assertEqual(self.run_command("explain", "--no-such-option", "--", "--json").out, "")

    def test_a_bad_time_limit_is_a_wrong_command_line(self):
        for value in ("0", "1m", "soon", "86401"):
            done = self.run_command("status", f"--timeout={value}")
            self.assertEqual(done.rc, 64)
            self.refused("bad-request", f"--timeout={value}: must be seconds from 1 to 86400", done=done)

    def test_an_option_takes_its_value_both_ways_and_only_once(self):
        for words in (["--account", "123456789012"], ["--account=123456789012"]):
            done = self.run_command("policy", "--ssm-parameter", "/luks/x", "--region=eu-central-1", *words)
            self.assertEqual(done.rc, 0, done)
        self.assertEqual(self.run_command("policy", "--region=a", "--region=b").rc, 64)
        self.assertEqual(self.run_command("policy", "--region").rc, 64)

    def test_a_code_is_explained_also_from_a_whole_message(self):
        done = self.run_command("explain", "access-denied: /p: not allowed", "--json")
        self.assertEqual(done.answer["exit_code"], 4)
        self.refused("bad-parameter", done=self.run_command("explain", "no-code"))

    def test_no_colour_and_no_progress_without_a_terminal(self):
        done = self.run_command("explain")
        self.assertNotIn("\033", done.out + done.err)

    def test_a_name_without_a_file_is_told_how_else_a_volume_is_named(self):
        for command in ("open", "close", "status", "show-users"):
            self.refused("bad-parameter", "/luks-ssm/nameless.conf is not there", "--map-name=nameless",
                         done=self.run_command(command, "nameless"))

    def test_the_articles_file_is_read_as_an_environment_file(self):
        path = self.directory / "luks-mount"
        path.write_text('LUKS_DEVICE="/dev/xvdf"\nLUKS_DEVICE_MAP=data\nLUKS_DEVICE_FS=xfs\n'
                        'LUKS_DEVICE_MOUNT_OPT="noatime,attr2"\nLUKS_DEVICE_MOUNT_POINT=/data\n'
                        'SSM_PATH=/luks/data\nSSM_REGION=eu-central-1\nAWS_ACCESS_KEY_ID=AKIA\nOTHER=ignored\n')
        answer = self.run_command("migrate", str(path), "--json").answer
        for line in ("device=/dev/xvdf", "map_name=data", "fstype=xfs", "options=noatime,attr2", "directory=/data",
                     "ssm_parameter=/luks/data", "region=eu-central-1", f"environment_file={path}"):
            self.assertIn(line, answer["for_one_host"])
            self.assertIn(line, answer["for_pacemaker"])
        self.assertNotIn("ignored", str(answer))
        # The commands of the change-over; tests/article runs them.
        for line in (f"luks-mount.service reads {path} as it is", "rm /etc/systemd/system/luks-mount.service ",
                     "systemctl daemon-reload && systemctl enable luks-mount.service\n", f"luks-ssm migrate {path} ",
                     "luks-ssm/data.conf\n", "luks-ssm check data\n", "systemctl disable luks-mount.service ",
                     "systemctl enable --now luks-ssm@data.service\n"):
            self.assertIn(line, answer["change_over"])
        self.assertIn("environment_file keeps them", answer["note"])
        self.assertNotIn("AKIA", str(answer))
        path.write_text("LUKS_DEVICE=$(findfs LABEL=x)\nLUKS_DEVICE_MOUNT_POINT=/data\nSSM_PATH=/luks/data\n")
        self.refused("bad-parameter", "as systemd reads it", done=self.run_command("migrate", str(path)))

    def test_keys_are_listed_without_values_and_a_full_name_is_explained(self):
        self.aws.put("/list/a", "value of a")
        self.aws.put("/list/a", "second value of a")
        self.aws.put("/list/b/c", "value of c")
        caller = self.aws._root("eu-central-1")  # pylint: disable=protected-access
        self.aws.ssm.handle("LabelParameterVersion", {"Name": "/list/a", "ParameterVersion": 1,
                                                      "Labels": ["previous"]}, caller)
        done = self.on_aws("keys", "/list", "--json")
        rows = {row["name"]: row for row in done.answer["parameters"]}
        self.assertEqual(sorted(rows), ["/list/a", "/list/b/c"])
        self.assertEqual((rows["/list/a"]["version"], rows["/list/a"]["labels"]), ("2", "1:previous"))
        self.assertRegex(rows["/list/a"]["changed"], r"^\d{4}-\d\d-\d\dT")
        self.assertNotIn("value of", done.out)
        done = self.on_aws("keys", "/list/a", "--json")
        self.assertEqual([row["name"] for row in done.answer["parameters"]], ["/list/a"])
        self.assertIn("full name", done.answer["note"])
        self.refused("no-such-parameter", done=self.on_aws("keys", "/nothing"))

    def test_all_pages_are_listed(self):
        for number in range(25):
            self.aws.put(f"/pages/p{number:02}", "value")
        done = self.on_aws("keys", "/pages", "--json")
        self.assertEqual(len(done.answer["parameters"]), 25)

    def test_a_header_is_saved_once_and_never_over_a_file(self):
        path = self.luks_image()
        saved = self.directory / "saved"
        done = self.run_command("backup-header", f"--device={path}", f"--to={saved}")
        self.assertEqual(done.rc, 0, done)
        self.assertEqual(saved.stat().st_mode & 0o077, 0)
        self.assertEqual(self.opens(saved, PASSPHRASE), 0)
        done = self.run_command("backup-header", f"--device={path}", f"--to={saved}")
        self.refused("bad-parameter", "already", done=done)

    def test_a_detached_header_is_saved_and_neither_made_nor_changed(self):
        path, device = self.luks_image(), self.image("data")
        before = path.read_bytes()
        saved = self.directory / "saved-detached"
        done = self.run_command("backup-header", f"--device={device}", f"--header={path}", f"--to={saved}")
        self.assertEqual(done.rc, 0, done)
        self.assertEqual((self.opens(saved, PASSPHRASE), self.uuid_of(saved)), (0, self.uuid_of(path)))
        for verb in ("format", "enroll"):
            done = self.on_aws(verb, str(device), "--key-encoding=hex", "--ssm-parameter=/luks/detached")
            self.refused("bad-parameter", "key_encoding=hex: a new key is stored as text", done=done)
        for verb, action in (("format", "luksFormat"), ("enroll", "luksAddKey")):
            done = self.on_aws(verb, str(device), f"--header={path}", "--ssm-parameter=/luks/detached")
            self.refused("bad-parameter", "detached header", f"cryptsetup {action} --header", done=done)
        self.assertEqual((path.read_bytes(), any(device.read_bytes()), self.has("/luks/detached")), (before, False, False))

    def test_a_saved_header_is_whole_where_a_copy_was_damaged_and_the_device_stays_as_it_is(self):
        for kind, offset in ((1, None), (2, None), (2, 4096), (2, 16384 + 4096)):
            with self.subTest(kind=kind, offset=offset):
                path, saved = self.luks_image(kind), self.directory / f"saved-{kind}-{offset}"
                if offset:
                    with open(path, "r+b") as disk:
                        disk.seek(offset)
                        disk.write(b"spoilt" * 10)
                before = path.read_bytes()
                done = self.run_command("backup-header", f"--device={path}", f"--to={saved}")
                self.assertEqual(done.rc, 0, done)
                self.assertEqual(path.read_bytes(), before)
                # As cryptsetup saves it, whatever it may have to repair.
                by_cryptsetup = self.directory / f"by-cryptsetup-{kind}-{offset}"
                subprocess.run(["cryptsetup", "luksHeaderBackup", "--header-backup-file", str(by_cryptsetup), str(path)],
                               check=True, capture_output=True)
                # What is repaired gets a new salt, and with it a new checksum.
                front = 32768 if offset else 0
                self.assertEqual(saved.read_bytes()[front:], by_cryptsetup.read_bytes()[front:])
                self.assertEqual(self.uuid_of(saved), self.uuid_of(path))
                self.assertEqual(self.opens(saved, PASSPHRASE), 0)
                path.unlink()

    def test_a_header_that_is_damaged_beyond_repair_is_said(self):
        path, saved = self.luks_image(), self.directory / "saved-nothing"
        with open(path, "r+b") as disk:
            for offset in (4096, 16384 + 4096):
                disk.seek(offset)
                disk.write(b"spoilt" * 10)
        done = self.run_command("backup-header", f"--device={path}", f"--to={saved}")
        self.refused("header-damaged", "in both copies", done=done)
        self.assertFalse(saved.exists())
