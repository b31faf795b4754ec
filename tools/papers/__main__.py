"""The command line of the paper generator: ``python -m tools.papers samples|draw|sheet``.

Owns: arguments and progress. Never: draws.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tools.papers import damage
from tools.papers.contact import contact_sheet
from tools.papers.draw import draw
from tools.papers.samples import draw_samples
from tools.papers.types import found

__all__ = ["main"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.papers", description=(__import__("tools.papers").papers.__doc__ or "").split("\n")[0]
    )
    commands = parser.add_subparsers(dest="command", required=True)
    samples = commands.add_parser("samples", help="write exactly the committed samples (inbox/ and truth/) under OUT")
    samples.add_argument("out", type=Path)
    many = commands.add_parser("draw", help="draw random dossiers or single papers with their truth")
    many.add_argument("out", type=Path)
    many.add_argument("--count", type=int, default=10, help="how many dossiers (default 10)")
    many.add_argument("--seed", default="0", help="any text; the same seed gives the same bytes")
    many.add_argument(
        "--types",
        default="mixed",
        help=f"comma list of {', '.join(found())} (one paper each), or mixed: whole dossiers",
    )
    many.add_argument(
        "--damage", default="clean,office,photocopy,phone", help=f"comma list of {', '.join(damage.FAMILIES)}"
    )
    many.add_argument("--dpi", default="200,300", help="comma list")
    many.add_argument("--hand", choices=("never", "some", "always"), default="some", help="filled in by pen")
    many.add_argument(
        "--turned", type=float, default=0.1, help="share of pages scanned sideways or upside down (default 0.1)"
    )
    many.add_argument(
        "--held-out", action="store_true", help="only the font, layouts and damage that are kept back from tuning"
    )
    many.add_argument(
        "--usual-damage", action="store_true", help="with --held-out: its font and layout, damage as asked"
    )
    sheet = commands.add_parser("sheet", help="a contact sheet of the first pages under DIR")
    sheet.add_argument("dir", type=Path)
    sheet.add_argument("out", type=Path)
    sheet.add_argument("--most", type=int, default=24)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command; gives the exit code (2 for wrong use, as argparse has it)."""
    parser = _parser()
    args = parser.parse_args(argv)
    began = time.perf_counter()
    if args.command == "samples":
        done = len(draw_samples(args.out))
        what = "dossiers"
    elif args.command == "sheet":
        done, what = contact_sheet(args.dir, args.out, args.most), "pages"
    else:
        kinds = args.types.split(",") if args.types != "mixed" else []
        families = args.damage.split(",")
        if unknown := sorted(set(kinds) - set(found())):
            parser.error(f"no type {', '.join(unknown)}; there are mixed, {', '.join(found())}")
        if unknown := sorted(set(families) - set(damage.FAMILIES)):
            parser.error(f"no damage {', '.join(unknown)}; there are {', '.join(damage.FAMILIES)}")
        if damage.HELD_OUT in families and not args.held_out:
            parser.error(f"{damage.HELD_OUT} is kept back: only with --held-out")
        done, what = 0, "pages"
        for index, pages in enumerate(
            draw(
                args.out, args.count, args.seed, kinds, families, [int(d) for d in args.dpi.split(",")],
                hand=args.hand, turned=args.turned, held_out=args.held_out, usual_damage=args.usual_damage,
            ),
            1,
        ):  # fmt: skip
            done += pages
            if sys.stderr.isatty():
                print(f"\r{index}/{args.count} dossiers, {done} pages", end="", file=sys.stderr)
    took = time.perf_counter() - began
    print(f"{done} {what} in {took:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
