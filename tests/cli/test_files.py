# SPDX-License-Identifier: GPL-2.0-or-later
"""Bad files: one line that names the file, the line where there is one, and what to do; nothing is asked and nothing changed."""
from __future__ import annotations

import os
import re
from pathlib import Path

from .kit import CommandTest

OURS = "device=/dev/nowhere\ndirectory=/srv/data\nssm_parameter=/luks/data\nregion=eu-central-1\n"
ARTICLE = ("LUKS_DEVICE=/dev/nowhere\nLUKS_DEVICE_MAP=data\nLUKS_DEVICE_FS=xfs\nLUKS_DEVICE_MOUNT_POINT=/srv/data\n"
           "SSM_PATH=/luks/data\nSSM_REGION=eu-central-1\n")
SHELL = "not as a shell"

# What is put behind the good lines, the code, and words of the message; the line is the one behind them.
WRONG_OURS = (
    ("devise=/dev/x", "unknown-parameter", "devise is no parameter"),
    ("AWS_SECRET_ACCESS_KEY=HUSH", "unknown-parameter", "is no parameter"),
    ("run_fsck=\"auto", "bad-parameter", "a quote is left open"),
    ("run_fsck='auto\"", "bad-parameter", "a quote is left open"),
    ("run_fsck=auto\\", "bad-parameter", "backslash"),
    ("export run_fsck=auto", "bad-parameter", "no shell script"),
    ("map_name=$(hostname)", "bad-parameter", "write the value itself"),
    ("map_name=`hostname`", "bad-parameter", "write the value itself"),
    ("fstype", "bad-parameter", "NAME=VALUE"),
    ("device=/dev/y", "bad-parameter", "a second time"),
    ("run_fsck=perhaps", "bad-parameter", "run_fsck=perhaps"),
    ("luks_uuid=\u201cx\u201d", "bad-parameter", "luks_uuid="),
)
WRONG_ARTICLE = (
    ("LUKS_DEVICE_MOUNT_OPT=\"noatime", "bad-parameter", "a quote is left open"),
    ("LUKS_DEVICE_MOUNT_OPT='noatime\"", "bad-parameter", "a quote is left open"),
    ("LUKS_DEVICE_MOUNT_OPT=\"noatime\nOTHER=\"x", "bad-parameter", "several lines"),
    ("export SSM_PATH=/luks/data", "bad-parameter", SHELL),
    ("test -e /dev/x && LUKS_DEVICE=/dev/x", "bad-parameter", SHELL),
    ("LUKS_DEVICE=$(findfs LABEL=x)", "bad-parameter", SHELL),
    ("SSM_PATH=/luks/`hostname`", "bad-parameter", SHELL),
    ("SSM_PATH=/luks/$HOSTNAME", "bad-parameter", SHELL),
    ("LUKS_DEVICE=\u201c/dev/x\u201d", "bad-parameter", "LUKS_DEVICE="),
    ("LUKS_DEVICE_MAP=a/b", "bad-parameter", "LUKS_DEVICE_MAP="),
    ("LUKS_DEVICE_MOUNT_POINT=data", "bad-parameter", "LUKS_DEVICE_MOUNT_POINT="),
    ("LUKS_DEVICE_MOUNT_OPT=bind", "bad-parameter", "LUKS_DEVICE_MOUNT_OPT:"),
    ("SSM_PATH=/luks/the data", "bad-parameter", "SSM_PATH="),
    ("SSM_REGION=Frankfurt", "bad-parameter", "SSM_REGION="),
)
MISSING_ARTICLE = ("LUKS_DEVICE", "LUKS_DEVICE_MAP", "LUKS_DEVICE_MOUNT_POINT", "SSM_PATH")


class FilesTest(CommandTest):

    def ours(self, text: str | bytes, mode: int = 0o644) -> Path:
        directory = Path(os.environ["LUKS_SSM"]).parent / "etc" / "luks-ssm"
        directory.mkdir(parents=True, exist_ok=True)
        return self.written(directory / "bad-file.conf", text, mode)

    def article(self, text: str | bytes, mode: int = 0o644) -> Path:
        return self.written(self.directory / "luks-mount", text, mode)

    def written(self, path: Path, text: str | bytes, mode: int) -> Path:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)
        self.addCleanup(path.unlink, missing_ok=True)
        return path

    def opened(self, path: Path):
        """What open says of the file; it is left as it was, and AWS is asked nothing."""
        words = [path.stem] if path.suffix == ".conf" else [f"--luks-mount={path}"]
        before = path.read_bytes(), path.stat().st_mtime_ns
        asked = len(self.aws.log.tail(1000))
        done = self.run_command("open", *words)
        self.assertEqual((path.read_bytes(), path.stat().st_mtime_ns), before)
        self.assertEqual(len(self.aws.log.tail(1000)), asked)
        self.assertEqual(len(done.err.splitlines()), 1, done)
        self.assertNotIn("HUSH", done.out + done.err)
        return done

    def refused_with(self, path: Path, code: str, *parts: str) -> None:
        self.refused(code, *parts, done=self.opened(path))

    def test_each_mistake_in_ours_is_named_with_its_line(self):
        for line, code, words in WRONG_OURS:
            with self.subTest(line=line):
                path = self.ours(OURS + line + "\n")
                self.refused_with(path, code, f"{path.name} line 5: ", words)

    def test_each_mistake_in_the_articles_is_named_with_its_line(self):
        for line, code, words in WRONG_ARTICLE:
            with self.subTest(line=line):
                path = self.article(ARTICLE + line + "\n")
                self.refused_with(path, code, f"{path.name} line 7: ", words)

    def test_what_is_missing_is_said_with_the_file_that_should_have_it(self):
        path = self.ours(OURS.replace("device=", "#device="))
        self.refused_with(path, "missing-parameter", f"{path.name}: device is not set")
        for variable in MISSING_ARTICLE:
            for left in (f"# {variable}=x", f"{variable}=", f"{variable}=''"):
                with self.subTest(left=left):
                    path = self.article(re.sub(f"(?m)^{variable}=.*", left, ARTICLE))
                    self.refused_with(path, "missing-parameter", f"{path.name}: {variable} is not set")

    def test_a_region_that_nobody_names_is_missed_by_the_files_own_word(self):
        path = self.article(ARTICLE.replace("SSM_REGION=", "# SSM_REGION="))
        self.aws.fault("body", service="imds", operation="region", status=404, body="")
        for endpoint, code in ((self.aws.metadata_endpoint, "no-region"), ("http://127.0.0.1:1", "metadata-unreachable")):
            done = self.run_command("check", f"--luks-mount={path}", "--timeout=3", "--json",
                                    env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": endpoint})
            [row] = [row for row in done.answer["checks"] if row["what"] == "fetch"]
            self.assertEqual(row["result"], code, row)
            self.assertIn(f"{path}: ", row["detail"])
            self.assertTrue(row["detail"].endswith("; set SSM_REGION"), row)

    def test_a_mistake_on_the_command_line_is_not_put_down_to_the_file(self):
        path = self.ours(OURS)
        done = self.run_command("open", path.stem, "--region=not a region")
        self.refused("bad-parameter", ": region=", done=done)
        self.assertNotIn(path.name, done.err)

    def test_a_file_that_is_not_there_and_a_name_that_leads_elsewhere_are_refused(self):
        done = self.run_command("open", "there-is-none")
        self.refused("bad-parameter", "there-is-none.conf is not there", "--map-name=there-is-none", done=done)
        done = self.run_command("open", "--luks-mount=/nowhere/luks-mount")
        self.refused("bad-parameter", "/nowhere/luks-mount cannot be read", done=done)
        self.assertEqual(self.run_command("open", "../passwd").rc, 64)

    def test_comments_quotes_and_blanks_are_read_as_systemd_reads_them(self):
        path = self.ours("# a comment\n\n device = /dev/x \ndirectory=\"/srv/a b\"\n; another\nssm_parameter='/luks/x'\n")
        done = self.run_command("status", path.stem, "--json")
        self.assertEqual(done.answer["key"]["parameter"], "/luks/x")

    def test_both_may_have_carriage_returns_and_only_the_articles_other_names(self):
        done = self.run_command("status", self.ours(OURS.replace("\n", "\r\n")).stem, "--json")
        self.assertEqual(done.answer["key"]["parameter"], "/luks/data")
        path = self.article(ARTICLE.replace("\n", "\r\n") + "OTHER=x\r\nexport PATH=/bin\r\n")
        done = self.run_command("status", f"--luks-mount={path}", "--json")
        self.assertEqual(done.answer["key"]["parameter"], "/luks/data")

    def test_a_byte_order_mark_a_long_line_and_what_is_no_text_are_refused(self):
        for write, good in ((self.ours, OURS), (self.article, ARTICLE)):
            self.refused_with(write("\ufeff" + good), "bad-parameter", "line 1", "byte order mark")
            self.refused_with(write(good + "x=" + "y" * (1 << 20) + "\n"), "bad-parameter", "more than 65536 bytes")
            self.refused_with(write("#" * (1 << 20)), "bad-parameter", "more than 65536 bytes")
            self.refused_with(write(good.encode() + b"x=\0\n"), "bad-parameter", "not a text")

    def test_files_that_others_may_write_are_refused(self):
        for write, good in ((self.ours, OURS), (self.article, ARTICLE)):
            for mode in (0o666, 0o664, 0o602):
                path = write(good, mode)
                self.refused_with(path, "bad-parameter", str(path), "chmod go-w")

    def test_the_articles_file_with_a_secret_that_others_may_read_is_refused(self):
        secrets = "AWS_ACCESS_KEY_ID=AKIAHUSH\nAWS_SECRET_ACCESS_KEY=HUSH\n"
        path = self.article(ARTICLE + secrets, 0o640)
        words = ["check", f"--luks-mount={path}", "--timeout=10", *self.way]
        done = self.run_command(*words)
        self.refused("bad-profile", f"others may read {path}", "chmod go-r", done=done)
        self.assertNotIn("HUSH", done.out + done.err)
        path.chmod(0o600)
        self.assertNotIn("others may read", self.run_command(*words).out)
