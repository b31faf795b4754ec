"""Writes a trained network as ONNX, whole numbers inside: ``ocr_models/hoso-line/model.onnx``.

Owns: the graph (batch norms folded into convolutions, fitting of the line included), static int8 quantisation with
calibration on drawn lines and strips. Never trains. Static, per channel, QDQ: dynamic int8 was measured 3-4 times slower.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from torch import nn

from tools.recogniser.draw import HEIGHT
from tools.recogniser.net import Net, _Along, _Conv, _Flat
from tools.recogniser.texts import ALPHABET
from tools.recogniser.train import load

__all__ = ["graph", "main"]


class _Graph:
    """Nodes and weights as they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str, **attributes: object) -> str:
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def weight(self, values: np.ndarray) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def conv(self, x: str, made: nn.Conv2d, norm: nn.BatchNorm2d | None) -> str:
        weight = made.weight.detach().numpy()
        bias = np.zeros(weight.shape[0], np.float32) if made.bias is None else made.bias.detach().numpy()
        if norm is not None:
            gain = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().numpy()  # type: ignore[operator]
            weight = weight * gain[:, None, None, None]
            bias = norm.bias.detach().numpy() - norm.running_mean.numpy() * gain + bias * gain  # type: ignore[union-attr]
        up, across = made.padding  # type: ignore[misc]
        return self.add(
            "Conv", x, self.weight(weight.astype(np.float32)), self.weight(bias.astype(np.float32)),
            kernel_shape=list(weight.shape[2:]), strides=list(made.stride), group=made.groups,
            pads=[up, across, up, across],
        )  # fmt: skip

    def layer(self, x: str, layer: nn.Module) -> str:
        if isinstance(layer, _Conv):
            x = self.conv(x, layer[0], layer[1])  # type: ignore[arg-type]
            return self.add("Relu", x) if len(layer) > 2 else x
        if isinstance(layer, _Flat | _Along):
            inner = x
            for part in layer.body:
                inner = self.layer(inner, part)
            whole = self.add("Add", x, inner)
            return self.add("Relu", whole) if isinstance(layer, _Flat) else whole
        raise TypeError(type(layer))


def graph(net: Net) -> onnx.ModelProto:
    """``piece`` (uint8, 1 x 1 x rows x columns, cropped to its ink), ``size`` (what to scale it to, int64 x 4) and ``pads``
    (int64 x 8: white above and below) → ``likely`` (steps x classes, probabilities)."""
    made = _Graph()
    grey = made.add("Cast", "piece", to=TensorProto.FLOAT)
    small = made.add(
        "Resize", grey, "", "", "size", mode="linear", antialias=1, coordinate_transformation_mode="half_pixel"
    )
    ink = made.add("Mul", made.add("Sub", made.weight(np.float32(255)), small), made.weight(np.float32(1 / 255)))
    x = made.add("Pad", ink, "pads")
    for layer in (*net.look, *net.read):
        x = made.layer(x, layer)
    x = made.conv(x, net.say, None)
    flat = made.add("Squeeze", x, made.weight(np.array([0, 2], np.int64)))
    likely = made.add("Softmax", made.add("Transpose", flat, perm=[1, 0]), axis=1)
    made.nodes.append(helper.make_node("Identity", [likely], ["likely"], name="out"))
    whole = helper.make_graph(
        made.nodes, "hoso-line",
        [helper.make_tensor_value_info("piece", TensorProto.UINT8, [1, 1, "rows", "columns"]),
         helper.make_tensor_value_info("size", TensorProto.INT64, [4]),
         helper.make_tensor_value_info("pads", TensorProto.INT64, [8])],
        [helper.make_tensor_value_info("likely", TensorProto.FLOAT, ["steps", len(ALPHABET) + 1])],
        made.weights,
    )  # fmt: skip
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    model.metadata_props.add(key="alphabet", value=ALPHABET)
    onnx.checker.check_model(model)
    return model


class _Calibration(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, pictures: list[np.ndarray]) -> None:
        self._left: Iterator[np.ndarray] = iter(pictures)

    def get_next(self) -> dict[str, np.ndarray] | None:
        picture = next(self._left, None)
        if picture is None:
            return None
        wide = max(16, -(-picture.shape[1] // 4) * 4)
        padded = np.full((HEIGHT, wide), 255, np.uint8)
        padded[:, : picture.shape[1]] = picture
        size = np.array([1, 1, HEIGHT, wide], np.int64)
        return {"piece": padded[None, None], "size": size, "pads": np.zeros(8, np.int64)}


def _last(model: onnx.ModelProto) -> str:
    """The convolution that says the classes: it stays in floats, or confidences would come in few steps."""
    return [node.name for node in model.graph.node if node.op_type == "Conv"][-1]


def main(words: list[str] | None = None) -> None:
    """``python -m tools.recogniser export CHECKPOINT STRIPS OUT``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("strips", type=Path, help="shards to calibrate with")
    parser.add_argument("out", type=Path)
    parser.add_argument("--lines", type=int, default=160)
    parser.add_argument("--float", action="store_true", help="write the network unquantised")
    args = parser.parse_args(words)
    net = Net(len(ALPHABET) + 1)
    net.load_state_dict(torch.load(args.checkpoint, map_location="cpu", weights_only=True)["averaged"])
    net.eval()
    model = graph(net)
    if args.float:
        args.out.write_bytes(model.SerializeToString())
    else:
        lines = [line for shard in sorted(args.strips.glob("*.npz"))[:6] for line in load(shard)]
        chosen = Random(1).sample(lines, min(len(lines), args.lines))
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "plain.onnx"
            plain.write_bytes(model.SerializeToString())
            quantize_static(
                plain, args.out, _Calibration([picture for picture, _ in chosen]),
                quant_format=QuantFormat.QDQ, per_channel=True, nodes_to_exclude=[_last(model)],
                activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, op_types_to_quantize=["Conv", "Add", "Relu"],
                calibrate_method=CalibrationMethod.MinMax,
                extra_options={"WeightSymmetric": True, "ActivationSymmetric": False},
            )  # fmt: skip
    print(
        f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB, sha256 {hashlib.sha256(args.out.read_bytes()).hexdigest()}"
    )


if __name__ == "__main__":
    main()
