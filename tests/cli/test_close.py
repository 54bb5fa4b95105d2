# SPDX-License-Identifier: GPL-2.0-or-later
"""close when its file cannot be used and nothing of this boot knows the volume: one clear line, and nothing is done."""
from __future__ import annotations

from .kit import CommandTest


class CloseTest(CommandTest):

    def spoilt(self, text: str) -> str:
        path = self.directory / "file"
        path.write_text(text)
        return str(path)

    def test_a_spoilt_file_of_a_volume_that_nothing_knows_is_said_with_the_way_out(self):
        for text in ("LUKS_DEVICE_MAP=$(hostname)\n", "export LUKS_DEVICE_MAP=unknown\n", 'LUKS_DEVICE_MAP="unknown\n'):
            with self.subTest(text=text):
                path = self.spoilt(text)
                for verb in ("close", "status"):
                    done = self.run_command(verb, f"--luks-mount={path}")
                    self.refused("bad-parameter", "line 1", done=done)
                    self.assertEqual(done.rc, 2)
                    self.assertEqual("correct it, or close by --map-name" in done.err, verb == "close")
        self.refused("missing-parameter", "LUKS_DEVICE_MAP", "--map-name",
                     done=self.run_command("close", f"--luks-mount={self.spoilt('OTHER=1')}"))

    def test_where_no_start_was_killed_nothing_is_asked_of_the_file(self):
        path = self.spoilt("export LUKS_DEVICE_MAP=unknown\n")
        done = self.run_command("close", "--after-kill", f"--luks-mount={path}", env={"SERVICE_RESULT": "success"})
        self.assertEqual((done.rc, done.err), (0, ""), done)
        done = self.run_command("close", "--after-kill", f"--luks-mount={path}", env={"SERVICE_RESULT": "signal"})
        self.refused("bad-parameter", "line 1", done=done)

    def test_a_name_that_is_none_is_no_file_that_was_spoilt(self):
        done = self.run_command("close", "--config=../other")
        self.assertEqual(done.rc, 64, done)

    def test_a_map_name_on_the_command_line_is_enough(self):
        path = self.spoilt("export LUKS_DEVICE_MAP=unknown\n")
        done = self.run_command("close", f"--luks-mount={path}", "--map-name=unknown", "--dry-run")
        self.assertIn("line 1", done.err)
        self.assertNotIn("bad-parameter", done.err.splitlines()[-1])
