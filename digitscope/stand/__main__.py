"""The keeper's command line: python -m digitscope.stand backup, export, report, delete, scores, set-pin."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from getpass import getpass
from pathlib import Path

from digitscope.stand import export, pin
from digitscope.stand.challenges import CHALLENGES
from digitscope.stand.report import report
from digitscope.stand.store import FILE, Store, StoreError, day_of, folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 when it ran, 2 and one sentence on stderr when it could not."""
    options = _parser().parse_args(arguments)
    try:
        store = Store(options.folder / FILE)
        try:
            options.run(store, options)
        finally:
            store.close()
    except (StoreError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename} cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m digitscope.stand", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=folder(), help=f"the stand's folder (default: {folder()}, or DIGITSCOPE_STAND)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    today = day_of(datetime.now())

    backup = commands.add_parser("backup", help="copy everything to one file, while the stand goes on")
    backup.add_argument("to", type=Path, nargs="?", help="the file (default: backup-TIME.sqlite in the stand's folder)")
    backup.set_defaults(run=_backup)

    exported = commands.add_parser("export", help="labelled strokes: CSV where the name ends in .csv, else UNIPEN")
    exported.add_argument("to", type=Path, help="file.unipen or file.csv")
    exported.add_argument("--day", help="only this day, as 2026-11-24 (default: all)")
    exported.set_defaults(run=_export)

    told = commands.add_parser("report", help="a report of one day: one HTML file")
    told.add_argument("to", type=Path, help="file.html")
    told.add_argument("--day", default=today, help="as 2026-11-24 (default: today)")
    told.set_defaults(run=_report)

    deleted = commands.add_parser("delete", help="delete a visitor's drawing by its number, or a leaderboard entry")
    deleted.add_argument("number", type=int)
    deleted.add_argument("--score", action="store_true", help="the number is that of a leaderboard entry")
    deleted.set_defaults(run=_delete)

    best = commands.add_parser("scores", help="the leaderboards of a day, with numbers")
    best.add_argument("--day", default=today, help="as 2026-11-24 (default: today)")
    best.set_defaults(run=_scores)

    new_pin = commands.add_parser("set-pin", help="set the keeper's PIN; asks for it unseen, or reads it from a pipe")
    new_pin.set_defaults(run=_set_pin)
    return parser


def _backup(store: Store, options: argparse.Namespace) -> None:
    to = options.to or options.folder / f"backup-{datetime.now():%Y%m%d-%H%M%S}.sqlite"
    store.backup(to)
    print(f"{to}: {len(store.drawings()):,} drawings, {to.stat().st_size:,} bytes")


def _export(store: Store, options: argparse.Namespace) -> None:
    drawings = store.drawings(options.day)[::-1]
    if not drawings:
        raise ValueError("There is no drawing to export.")
    text = export.table(drawings) if options.to.suffix == ".csv" else export.unipen(drawings)
    options.to.write_text(text, "utf-8")
    print(f"{options.to}: {len(drawings):,} drawings")


def _report(store: Store, options: argparse.Namespace) -> None:
    options.to.write_text(report(store, options.day), "utf-8")
    print(f"{options.to}: report on {options.day}")


def _delete(store: Store, options: argparse.Namespace) -> None:
    what = "leaderboard entry" if options.score else "drawing"
    if not (store.delete_score if options.score else store.delete)(options.number):
        raise ValueError(f"There is no {what} with the number {options.number}.")
    print(f"{what.capitalize()} {options.number} is deleted.")


def _scores(store: Store, options: argparse.Namespace) -> None:
    for challenge in CHALLENGES:
        for score in store.best(options.day, challenge, 100):
            print(f"{score.number:>5}  {challenge:<5} {score.points:>5} {score.seconds:>6.1f} s  {score.nickname}")


def _set_pin(store: Store, options: argparse.Namespace) -> None:
    typed = getpass("New PIN: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    pin.set_pin(store, typed)
    print("The PIN is set.")


if __name__ == "__main__":
    sys.exit(main())
