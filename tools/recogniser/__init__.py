"""The making of Hoso's own recogniser of printed lines: texts, drawn lines, training, export, judgement.

Runs apart from the product: ``python -m tools.recogniser train|strips|export|judge``. Needs torch and onnx, which are in
no lock file (``pip install torch onnx onnxruntime``); what it makes is ``ocr_models/hoso-line/``. See the card there.
"""
