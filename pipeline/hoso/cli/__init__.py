"""The command line: a contract that scripts lean on. Data on standard output, everything else on standard error.

Nothing heavy is imported until a command runs: each command's module is loaded by name when it is called.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from hoso import __version__
from hoso.errors import HosoError

__all__ = ["main"]

COMMANDS = {
    "init": ("intake", "Make a home (--demo: with a throw-away test CA and a mandate)."),
    "digitize": ("intake", "Take files or folders through the whole job, as far as approvals allow."),
    "cover": ("cover", "Print cover sheets that part the dossiers of a stack."),
    "watch": ("watch", "Take what settles in the inboxes, for ever (--once for cron)."),
    "up": ("up", "The whole service on this machine: watcher, nights, desk."),
    "night": ("night", "A night's work now, without Prefect (for cron or a systemd timer)."),
    "work": ("work", "Do a share of the work of a home that several machines serve."),
    "move-ledger": ("ledger", "Move the ledger to a server that several machines share, or back."),
    "status": ("ask", "What is where: the home, or one dossier."),
    "balance": ("ask", "The page balance: what came in against what became of it."),
    "records": ("ask", "Documents with their fields and problems."),
    "pages": ("ask", "Pages with their text, rotation and quality."),
    "look": ("look", "Show how a file is read, page by page, as one HTML page; needs no home."),
    "sql": ("warehouse", "Ask the warehouse in SQL, read-only."),
    "export": ("export", "Write the papers of a type as a dataset for reuse: CSV, JSON Lines or Parquet."),
    "enrol": ("warehouse", "Take registers and administrative units into the warehouse."),
    "search": ("find", "Find pages by words, with or without diacritics."),
    "find": ("find", "Find documents by the number of a person, a paper or a dossier."),
    "report": ("report", "Indicators of Decision 766, the provincial report, quality, of a period."),
    "approve": ("approvals", "Let documents through to the seal, or hold them."),
    "correct": ("correct", "Say of a paper otherwise than was read: values, type, pages."),
    "changes": ("correct", "What people said of the papers of a dossier, and whether it was undone."),
    "undo": ("correct", "Take a change back."),
    "mandate": ("approvals", "Give, list or withdraw standing orders."),
    "registers": ("registers", "Registers of the office: list, reconcile with the papers, write what changed."),
    "outbox": ("outbox", "What other systems are to be told: list, send, put forward, give up."),
    "schema": ("eform", "The JSON Schema of a filled electronic form."),
    "eform": ("eform", "Electronic forms: make one to be filled in, take a filled one in."),
    "store": ("store", "The electronic data store of persons: look there first, take what it holds."),
    "verify": ("archive", "Check a PDF: signature, PDF/A, conversion mark, proof of time, known to the warehouse."),
    "copies": ("archive", "Write the signed copies into a folder, under readable names."),
    "package": ("package", "Pack dossiers for an archive (SIP, AIP), or check such a package."),
    "stamp": ("stamping", "Put one timestamp over all sealed copies that have none yet."),
    "renew": ("stamping", "Renew proofs of time before they end."),
    "audit": ("care", "Re-read every stored byte; the exit code tells the truth."),
    "retention": ("erase", "Whose term is over, and when that of the others is."),
    "erase": ("erase", "Destroy dossiers for good, with proof; refused while a term or a link forbids it."),
    "backup": ("backup", "Add a backup of the home to a folder; list or check those that are there."),
    "restore": ("backup", "Make a home again from a backup."),
    "rebuild": ("care", "The warehouse again, from store and ledger alone."),
    "publish": ("warehouse", "Bring a Parquet export for Spark and other engines up to date."),
    "move-warehouse": ("warehouse", "Move the warehouse to servers that several machines share, or back."),
    "calibrate": ("calibrate", "How many fields need no person, and how many of those are wrong."),
    "desk": ("desk", "The web pages where people see, correct, approve and find."),
    "account": ("desk", "Who may use the desk: add, list, password, disable, token."),
    "health": ("health", "Whether the home is well; --alert tells those who must know."),
    "metrics": ("health", "Counts and gauges of the home for Prometheus."),
    "doctor": ("care", "What is installed, what is missing and how to get it."),
}

EPILOG = """Exit codes: 0 done, 1 a defect of Hoso, 2 wrong usage, 3 input refused, 4 waits for a person,
5 something is unavailable, 6 misconfigured, 7 damaged. The home is --home, else HOSO_HOME, else ./hoso-home."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"hoso.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from difflib import get_close_matches

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS, 1)
            ctx.fail(f"no such command {args[0]!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Lazy, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="FOLDER", help="The home to work in (default: $HOSO_HOME, else ./hoso-home).")
@click.version_option(__version__, prog_name="hoso")
@click.pass_context
def hoso(ctx: click.Context, home: str | None) -> None:
    """Paper dossiers of Vietnamese offices into signed archive copies and checked, reusable records."""
    ctx.obj = home


def main(arguments: list[str] | None = None) -> None:
    """Run a command line; ends the process with the documented exit code."""
    try:
        code = hoso.main(args=arguments, prog_name="hoso", standalone_mode=False)
        _leave(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as done:
        _leave(done.exit_code)
    except click.ClickException as error:
        error.show()
        _leave(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped; nothing is lost: run the same command again to go on", err=True)
        _leave(130)
    except HosoError as error:
        click.echo(f"hoso: {error}", err=True)
        _leave(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _leave(0)


def _leave(code: int) -> None:
    sys.stdout.flush()
    sys.exit(code)
