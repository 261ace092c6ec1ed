"""Command line flags for the settings of a training run, made from the fields of `cnn.settings.Settings`."""

from __future__ import annotations

import argparse
from typing import Any

from cnn.settings import ABOUT, Choice, Number, Settings
from digitscope.cli.common import CommandError

YES_OR_NO = {"yes": True, "no": False}


def add_flags(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """Add a flag for each setting; if `several`, each takes one or more values, as in a sweep."""
    more: dict[str, Any] = {"nargs": "+"} if several else {}
    for name, about in ABOUT.items():
        flag, text = f"--{name.replace('_', '-')}", about.help.replace("%", "%%")
        match about:
            case Choice():
                parser.add_argument(flag, choices=about.values, help=text, **more)
            case Number():
                parser.add_argument(flag, type=int if about.whole else float, metavar="N", help=text, **more)
            case _ if several:
                parser.add_argument(flag, choices=list(YES_OR_NO), help=text, **more)
            case _:
                parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=text)


def given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that were given on the command line; after `several`, a list of values for each."""
    found = {name: getattr(options, name) for name in ABOUT if getattr(options, name) is not None}
    return {
        name: [YES_OR_NO.get(one, one) for one in value] if isinstance(value, list) else value
        for name, value in found.items()
    }


def with_given(usual: Settings, values: dict[str, Any]) -> Settings:
    """Return `usual` with the given values. Raises CommandError for values out of range."""
    try:
        return usual.changed(**values)
    except ValueError as error:
        raise CommandError(str(error)) from error
