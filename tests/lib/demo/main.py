# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/demo [--one] [--keep] [--release NAME]: the main job, on a cluster of two machines or on one."""

import argparse
import os
import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS), str(TESTS / "lib")]
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from demo import one, two  # noqa: E402
from lab import children  # noqa: E402
from lab.apt import RELEASES  # noqa: E402
from lab.keep import run_and_stay  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/demo", description=__doc__)
    parser.add_argument("--one", action="store_true", help="one machine without a cluster: each action by itself")
    parser.add_argument("--keep", action="store_true", help="leave the machines up and say how to log in")
    parser.add_argument("--release", choices=RELEASES, help="what the machines run")
    parser.add_argument("--svg", metavar="FILE", default="luks-ssm-demo.svg", help="where the timeline goes")
    options = parser.parse_args()
    subprocess.run([str(TESTS / "lib" / "packages"), "build", "lab", "emulator"], check=True)

    def play():
        if options.one:
            return one.Demo(options.keep, options.release)
        return two.Demo(options.keep, options.release, pathlib.Path(os.path.abspath(options.svg)))

    if options.keep:
        demo = None

        def tell() -> int:
            nonlocal demo
            demo = play()
            return demo.tell()
        return run_and_stay(tell, lambda: demo and demo.close())
    children.interrupt_on_signals()
    demo = play()
    try:
        return demo.tell()
    except KeyboardInterrupt:
        return demo.story.end("interrupted")
    finally:
        demo.close()


if __name__ == "__main__":
    sys.exit(main())
