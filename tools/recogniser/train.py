"""Trains the network on drawn lines (and on strips of drawn pages, where there are any), on processors alone.

Owns: batches, schedule, checkpoints. Two processes train one network, one core each: gradients are averaged at every
step. Everything follows from the seed, the number of steps and the strips; an interrupted run goes on from its last
checkpoint. Lines grow longer and dirtier over the first tenth; the step size rises, then falls along a cosine.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import torch
from rapidfuzz.distance import Levenshtein
from torch import Tensor, distributed
from torch.nn import functional

from tools.recogniser.draw import HEIGHT, Faces, Pen
from tools.recogniser.net import STEP, Net
from tools.recogniser.texts import ALPHABET, Texts

__all__ = ["main"]

_INDEX = {c: k + 1 for k, c in enumerate(ALPHABET)}
_COLUMNS = 10_000  # of picture in a batch of one process
_POOL = 640  # lines drawn at a time, each used twice
_LAST, _WARM = 2e-5, 0.02
_KEEP = 0.999  # of the averaged weights at each step
_WIDEST = 2200

Line = tuple[np.ndarray, str]


class Lines:
    """Batches without end: drawn lines, and a share of strips from ``folder`` (``*.npz`` of tools.recogniser.strips)."""

    def __init__(self, seed: int, folder: Path | None) -> None:
        self._rng = Random(seed)
        self._texts = Texts(seed * 7 + 1)
        self._pen = Pen(Faces(), Random(seed * 7 + 2), np.random.default_rng(seed * 7 + 3))
        self._folder = folder
        self._shards: dict[Path, list[Line]] = {}
        self._ready: list[list[Line]] = []
        self._again: list[Line] = []

    def batch(self, progress: float, share: float) -> list[Line]:
        """Lines of like width."""
        if not self._ready:
            self._fill(progress, share)
        return self._ready.pop()

    def _fill(self, progress: float, share: float) -> None:
        rng = self._rng
        ease = min(1.0, progress / 0.1)
        self._texts.longest = round(14 + ease * 88)
        self._pen.worst = 0.3 + ease * 1.2
        strips = self._strips() if share > 0 else []
        lines: list[Line] = []
        if self._again and ease >= 1:
            lines, self._again = self._again, []
        else:
            while len(lines) < _POOL * (1 - share if strips else 1):
                text = self._texts.line()
                drawn = self._pen.line(text)
                if drawn is not None and _fits(drawn, text):
                    lines.append((drawn, text))
            self._again = list(lines)
        if strips:
            lines = lines + [strips[rng.randrange(len(strips))] for _ in range(round(_POOL * share))]
        lines = [(self._varied(picture), text) for picture, text in lines]
        lines.sort(key=lambda line: line[0].shape[1] * (1 + 0.1 * rng.random()))
        while lines:
            wide = lines[-1][0].shape[1]
            count = max(1, min(len(lines), _COLUMNS // wide, 64))
            self._ready.append(lines[-count:])
            del lines[-count:]
        rng.shuffle(self._ready)

    def _varied(self, picture: np.ndarray) -> np.ndarray:
        """A little other in width, height on the band, tone."""
        rng = self._rng
        if rng.random() < 0.5:
            wide = max(8, round(picture.shape[1] * rng.uniform(0.9, 1.1)))
            at = np.linspace(0, picture.shape[1] - 1, wide)
            low = at.astype(int)
            part = (at - low).astype(np.float32)
            high = np.minimum(low + 1, picture.shape[1] - 1)
            picture = (picture[:, low] * (1 - part) + picture[:, high] * part).astype(np.uint8)
        if rng.random() < 0.3:
            picture = np.roll(picture, rng.choice((-1, 1)), axis=0)
        if rng.random() < 0.3:
            picture = np.clip(255 - (255.0 - picture) * rng.uniform(0.7, 1.25), 0, 255).astype(np.uint8)
        return picture

    def _strips(self) -> list[Line]:
        if self._folder is None:
            return []
        for path in sorted(self._folder.glob("*.npz")):
            if path not in self._shards:
                self._shards[path] = load(path)
        return [line for shard in self._shards.values() for line in shard]


def load(path: Path) -> list[Line]:
    """The lines of a shard."""
    with np.load(path) as data:
        flat, widths, texts = data["pixels"], data["widths"], str(data["texts"]).split("\n")
    ends = np.cumsum(widths)
    lines = [(flat[:, end - wide : end], text) for end, wide, text in zip(ends, widths, texts, strict=True)]
    return [line for line in lines if _fits(*line)]


def _fits(picture: np.ndarray, text: str) -> bool:
    doubled = sum(a == b for a, b in pairwise(text))
    return (
        picture.shape[1] <= _WIDEST
        and picture.shape[1] // STEP >= len(text) + doubled + 1
        and set(text) <= _INDEX.keys()
    )


def tensor(pictures: list[np.ndarray]) -> Tensor:
    """Ink 0..1, padded with white to one width divisible by four."""
    wide = max(16, -(-max(p.shape[1] for p in pictures) // STEP) * STEP)
    block = np.zeros((len(pictures), 1, HEIGHT, wide), np.float32)
    for k, picture in enumerate(pictures):
        block[k, 0, :, : picture.shape[1]] = (255 - picture.astype(np.float32)) / 255
    return torch.from_numpy(block).to(memory_format=torch.channels_last)


def say(scores: Tensor) -> list[str]:
    """The likeliest path of each line, repeats and blanks taken out."""
    said = []
    for path in scores.argmax(2).tolist():
        said.append("".join(ALPHABET[k - 1] for k, before in zip(path, [0, *path], strict=False) if k and k != before))
    return said


def errors(net: Net, lines: list[Line]) -> float:
    """Character error rate in percent."""
    wrong = letters = 0
    net.eval()
    with torch.no_grad():
        for picture, text in lines:
            said = say(net(tensor([picture])))[0]
            wrong += Levenshtein.distance(" ".join(said.split()), text)
            letters += len(text)
    net.train()
    return 100 * wrong / letters


def _rate(progress: float, peak: float) -> float:
    if progress < _WARM:
        return peak * progress / _WARM + 1e-5
    return _LAST + (peak - _LAST) * 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - _WARM) / (1 - _WARM))))


def _share(progress: float, again: bool) -> float:
    """Of strips from whole pages among the lines: none at first, most at the end and in a second round."""
    if again:
        return 0.65
    return 0.0 if progress < 0.3 else 0.3 if progress < 0.75 else 0.55


def _work(rank: int, size: int, args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    if size > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(args.port))
        distributed.init_process_group("gloo", rank=rank, world_size=size)
    torch.manual_seed(args.seed)
    net = Net(len(ALPHABET) + 1).to(memory_format=torch.channels_last)
    averaged = Net(len(ALPHABET) + 1)
    averaged.load_state_dict(net.state_dict())
    plain = [p for p in net.parameters() if p.ndim < 2]
    optimiser = torch.optim.AdamW(
        [{"params": [p for p in net.parameters() if p.ndim > 1], "weight_decay": 0.01},
         {"params": plain, "weight_decay": 0.0}],
        lr=1e-5, betas=(0.9, 0.98),
    )  # fmt: skip
    step = 0
    checkpoint = args.out / "checkpoint.pt"
    if args.start:
        state = torch.load(args.start, map_location="cpu", weights_only=True)
        net.load_state_dict(state["averaged"])
        averaged.load_state_dict(state["averaged"])
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        net.load_state_dict(state["net"])
        averaged.load_state_dict(state["averaged"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
    lines = Lines(args.seed * 1000 + rank + size * step, args.strips)
    probe = _probe(args.seed) if rank == 0 else []
    began, seen, loss_sum = time.monotonic(), 0, 0.0
    while step < args.steps:
        progress = step / args.steps
        rate = _rate(progress, args.peak)
        batch = lines.batch(1.0 if args.start else progress, _share(progress, bool(args.start)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = net(tensor([picture for picture, _ in batch]))
        likely = scores.float().log_softmax(2).transpose(0, 1)
        wants = torch.tensor([_INDEX[c] for _, text in batch for c in text])
        loss = functional.ctc_loss(
            likely, wants, torch.tensor([max(1, p.shape[1] // STEP) for p, _ in batch]),
            torch.tensor([len(t) for _, t in batch]),
            zero_infinity=True, reduction="sum",
        ) / sum(len(t) + 1 for _, t in batch)  # fmt: skip
        optimiser.zero_grad()
        loss.backward()
        if size > 1:
            _average(net, size)
        if torch.isfinite(torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)):
            optimiser.step()
        step += 1
        keep = min(_KEEP, step / (step + 50))
        with torch.no_grad():
            for mean, now in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
                if mean.dtype.is_floating_point:
                    mean.lerp_(now, 1 - keep)
        seen += len(batch) * size
        loss_sum += float(loss.detach())
        if rank == 0 and step % 50 == 0:
            pace = seen / (time.monotonic() - began)
            said = f"step {step} loss {loss_sum / 50:.4f} lines/s {pace:.0f} rate {rate:.5f}"
            loss_sum = 0.0
            if step % 500 == 0:
                said += f" | CER {errors(averaged, probe):.2f}"
                made = {
                    "net": net.state_dict(),
                    "averaged": averaged.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "step": step,
                }
                torch.save(made, checkpoint.with_suffix(".new"))
                checkpoint.with_suffix(".new").replace(checkpoint)
            print(f"{time.strftime('%H:%M:%S')} {said}", flush=True)
    if rank == 0:
        torch.save(
            {
                "net": net.state_dict(),
                "averaged": averaged.state_dict(),
                "optimiser": optimiser.state_dict(),
                "step": step,
            },
            checkpoint,
        )
        print(f"done: CER {errors(averaged, probe):.2f}", flush=True)


def _average(net: Net, size: int) -> None:
    grads = [p.grad for p in net.parameters() if p.grad is not None]
    flat = torch.cat([g.reshape(-1) for g in grads])
    distributed.all_reduce(flat)
    flat /= size
    at = 0
    for grad in grads:
        grad.copy_(flat[at : at + grad.numel()].view_as(grad))
        at += grad.numel()


def _probe(seed: int) -> list[Line]:
    """Lines that no training sees, from another seed."""
    texts, pen = Texts(seed + 987), Pen(Faces(), Random(seed + 988), np.random.default_rng(seed + 989))
    lines = [(pen.line(text), text) for text in (texts.line() for _ in range(160))]
    return [(picture, text) for picture, text in lines if picture is not None and _fits(picture, text)]


def main(words: list[str] | None = None) -> None:
    """``python -m tools.recogniser train``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder of checkpoints; an interrupted run goes on from there")
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peak", type=float, default=2.5e-3, help="largest step size")
    parser.add_argument("--start", type=Path, help="a second round: the checkpoint whose weights to begin with")
    parser.add_argument("--strips", type=Path, help="folder of shards that `strips` wrote")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--port", type=int, default=29_511, help="on the loopback, where the processes meet")
    args = parser.parse_args(words)
    args.out.mkdir(parents=True, exist_ok=True)
    if args.processes == 1:
        _work(0, 1, args)
    else:
        torch.multiprocessing.spawn(_work, args=(args.processes, args), nprocs=args.processes)


if __name__ == "__main__":
    main()
