"""The network: a small convolutional CTC reader of lines, 40 rows high, one step every four columns.

Owns: the layers. Depthwise-separable convolutions without recurrence: they train fast on a processor, keep their
accuracy in int8, and read a line of any width. CTC: Graves et al., ICML 2006; inverted blocks: Sandler et al., CVPR 2018.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["STEP", "Net"]

STEP = 4  # columns of the picture that make one step of the answer


class _Conv(nn.Sequential):
    """Convolution, batch norm, and ReLU where ``active``; padded to keep the size before striding."""

    def __init__(
        self,
        i: int,
        o: int,
        k: tuple[int, int],
        s: tuple[int, int] = (1, 1),
        g: int = 1,
        p: tuple[int, int] | None = None,
        active: bool = True,
    ) -> None:
        pad = p if p is not None else (k[0] // 2, k[1] // 2)
        layers: list[nn.Module] = [nn.Conv2d(i, o, k, s, pad, groups=g, bias=False), nn.BatchNorm2d(o)]
        super().__init__(*layers, *([nn.ReLU()] if active else []))


class _Flat(nn.Module):
    """A residual block over the picture: 3x3 depthwise, then 1x1."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.body = nn.Sequential(_Conv(c, c, (3, 3), g=c), _Conv(c, c, (1, 1), active=False))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


class _Along(nn.Module):
    """A residual block along the line: widen, look at ``k`` steps, narrow."""

    def __init__(self, c: int, wide: int, k: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _Conv(c, wide, (1, 1)), _Conv(wide, wide, (1, k), g=wide), _Conv(wide, c, (1, 1), active=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class Net(nn.Module):
    """(batch, 1, 40, width) of ink 0..1 → (batch, width / 4, classes) scores; class 0 is the blank of CTC."""

    def __init__(self, classes: int, body: int = 192, wide: int = 384, blocks: int = 7) -> None:
        super().__init__()
        self.look = nn.Sequential(
            _Conv(1, 24, (3, 3), (2, 2)),
            _Conv(24, 56, (3, 3), (2, 2)),
            _Flat(56),
            _Conv(56, 112, (3, 3), (2, 1)),
            _Flat(112),
            _Conv(112, body, (5, 1), p=(0, 0)),
        )
        self.read = nn.Sequential(*[_Along(body, wide, 9 if k % 2 else 5) for k in range(blocks)])
        self.say = nn.Conv2d(body, classes, (1, 1))

    def forward(self, x: Tensor) -> Tensor:
        seen = self.say(self.read(self.look(x)))
        return seen.squeeze(2).transpose(1, 2)
