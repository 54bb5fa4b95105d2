# SPDX-License-Identifier: GPL-2.0-or-later
"""The case file for ocft, the resource-agents project's own tool, run by that tool."""

import pathlib
import re
import shlex

from lab import limit

CASES = pathlib.Path(__file__).resolve().parent / "volume"


@limit(900)
def test_every_case_of_the_ocft_file_passes(m):
    volume = m.volume(fs="ext4")
    m.write("/etc/luks-ssm/ocft/volume", CASES.read_text())
    variables = {"OCFT_device": volume.device, "OCFT_parameter": volume.parameter, "OCFT_directory": volume.directory}
    variables |= {f"OCF_RESKEY_{name}": str(value) for name, value in m.aws_parameters.items()}
    exports = "".join(f"export {name}={shlex.quote(value)}; " for name, value in variables.items())
    result = m.run(f"mkdir -p /run/resource-agents; {exports} cd /; ocft make -d /etc/luks-ssm/ocft volume && ocft test -v volume",
                   timeout=880)
    m.sh("ocft clean volume")
    text = re.sub(r"\x1b\[[0-9]*m", "", result.out)
    wanted = sum(line.startswith("CASE ") for line in CASES.read_text().splitlines())
    assert len(re.findall(r"^Starting 'volume' case", text, re.M)) == wanted, text[-3000:]
    assert result.rc == 0 and "FAILED" not in text and "ERROR" not in text, text[-3000:]
