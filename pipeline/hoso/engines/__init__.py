"""OCR engines. Nothing that reads papers may speak to the outside: from 1.32 on ONNX Runtime notes every session in the
user's folder for its maker's server, unless this variable stands before it is loaded."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
