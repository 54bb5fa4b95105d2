# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab: QEMU machines with a stock Debian kernel, for tests that need a real device-mapper."""

from .aws import Aws
from .channel import CommandFailed, CommandTimeout, MachineLost, Process, Result
from .image import Image, build
from .machine import AWS_ADDRESS, METADATA_ADDRESS, Machine
from .marks import each, limit, long
from .qmp import QmpError

__all__ = ["AWS_ADDRESS", "Aws", "METADATA_ADDRESS", "CommandFailed", "CommandTimeout", "Image", "Machine",
           "MachineLost", "Process", "QmpError", "Result", "build", "each", "limit"]
