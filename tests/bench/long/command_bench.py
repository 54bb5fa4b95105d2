# SPDX-License-Identifier: GPL-2.0-or-later
"""`luks-ssm open` against the article's script, and what it has in memory with a key that `luks-ssm format` made."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
from agent_bench import ROUND_LIMIT_S, show_start  # noqa: E402
from bench import DIRECTORY, INSTANCE, PATH, compile_tools, environment_file, hold, measure, rounds, save, show  # noqa: E402
from lab.marks import limit  # noqa: E402

COMMAND = "/usr/sbin/luks-ssm"


def commands(m, parameters: dict) -> tuple[str, str]:
    """Open and close by a configuration file, as the unit does it."""
    lines = {key: value for key, value in parameters.items() if key != "instance" and value is not None}
    m.write(f"/etc/luks-ssm/{INSTANCE}.conf", "".join(f"{key}={value}\n" for key, value in lines.items()))
    plain = environment_file(m, "command", PATH)
    return f"{plain} {COMMAND} open {INSTANCE}", f"{plain} {COMMAND} close {INSTANCE}"


@limit(120 + 30 * ROUND_LIMIT_S)
def test_an_open_costs_a_tenth_of_the_articles_script(m):
    show_start(m, "the article's script over luks-ssm open, the KDF apart", lambda volume: commands(m, volume.parameters))


@limit(240 + 30 * ROUND_LIMIT_S)
def test_an_open_with_a_generated_key_needs_little_memory(m):
    compile_tools(m)
    disk, parameter, admin = m.attach_disk("vol00000000000000b01"), "/luks/bench-made", m.emulator.admin_environment()
    way = dict(m.aws_parameters)
    m.run([COMMAND, "format", disk.device, f"--ssm-parameter={parameter}",
           *(f"--{name.replace('_', '-')}={value}" for name, value in way.items())], 120, check=True,
          env={key: admin[key] for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")})
    up, down = commands(m, {"device": disk.device, "directory": DIRECTORY, "ssm_parameter": parameter, **way})
    figures = measure(m, [("open", up), ("close", down)], rounds(), 120 + rounds() * ROUND_LIMIT_S)
    for name in ("open", "close"):
        assert figures.codes(name) == {0}, f"{name} answered {figures.codes(name)}"
    results: list = []
    peak_mib = figures.peak_mib("open")
    show(results, "peak memory of a process of luks-ssm open, MiB", {"peak": peak_mib}, "at most 16", {"peak"})
    save(results)
    hold(peak_mib, most=16)
