"""``python -m tools.recogniser COMMAND``: train, strips, export, judge."""

from __future__ import annotations

import importlib
import sys

_COMMANDS = ("strips", "train", "export", "judge")

if len(sys.argv) < 2 or sys.argv[1] not in _COMMANDS:
    sys.exit(f"python -m tools.recogniser {'|'.join(_COMMANDS)} … (--help each)")
importlib.import_module(f"tools.recogniser.{sys.argv[1]}").main(sys.argv[2:])
