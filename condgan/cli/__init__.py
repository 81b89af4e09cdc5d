"""The command line: one thin file a verb. Each imports what it needs when it runs, so that help comes at once."""

import json
import logging
import sys
import traceback
from typing import NoReturn

from cyclopts import App, CycloptsError

from condgan.cli import streams
from condgan.cli.compare import compare
from condgan.cli.doctor import doctor
from condgan.cli.evaluate import evaluate
from condgan.cli.export import export
from condgan.cli.fields import show_fields
from condgan.cli.find import find
from condgan.cli.interpolate import interpolate
from condgan.cli.options import known_options
from condgan.cli.play import play
from condgan.cli.presets import presets
from condgan.cli.push import push
from condgan.cli.sample import sample
from condgan.cli.settings import split
from condgan.cli.train import train
from condgan.cli.translate import STDIN, translate
from condgan.cli.write import write
from condgan.core.errors import CondganError, SettingsError, said
from condgan.core.version import __version__

app = App(
    name="condgan",
    help="Images with what belongs to them in, a generator out that people can steer by the same.",
    version=__version__,
    help_epilogue="Any command takes --debug for the traceback of an error.",
)
app.register_install_completion_command()
VERBS = (train, sample, interpolate, find, write, translate, export, play, push, evaluate, compare, doctor, presets)
for command in VERBS:
    app.command(command)


TAKES_FIELDS, TAKES_STDIN = ("sample", "interpolate", "find", "write"), ("translate", "write")
"""The commands that take values by public names, and those that take - for the standard input."""
TAKES_SETTINGS = {each.__name__: each for each in (train, doctor, compare)}
"""Commands that take settings of a recipe."""


def main(tokens: list[str] | None = None) -> NoReturn:
    """Run a command line and exit with its status: 0, or the status of the error's kind."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(logging.Formatter("warning: %(message)s"))
    tokens = list(sys.argv[1:] if tokens is None else tokens)
    debug = "--debug" in tokens
    with streams.guarded():
        status = _status([token for token in tokens if token != "--debug"], debug)
    sys.exit(status)


def _status(tokens: list[str], debug: bool) -> int:
    """Run a command line, and say how it ended.

    Raises:
        SystemExit: a signal ended a run, or the reader of the output went away.
    """
    try:
        _run(tokens)
        streams.finish()
    except CondganError as error:
        if debug:
            traceback.print_exc()
        print(error.line(), file=sys.stderr)
        return error.status
    except KeyboardInterrupt as interrupt:
        if not interrupt.args:  # a run that is saved has said so
            print("stopped", file=sys.stderr)
        return 130
    return 0


def _run(tokens: list[str]) -> None:
    """Run a command line.

    Raises:
        CondganError: the command's own; or a word is none that it knows.
    """
    try:
        if tokens and tokens[0] in TAKES_SETTINGS:
            tokens, settings = split(tokens)
            tokens += ["--settings", json.dumps(settings)] if settings else []
        if tokens and tokens[0] in TAKES_STDIN:
            tokens = [STDIN if token == "-" else token for token in tokens]
        asks_for_help = bool(tokens) and tokens[0] in TAKES_FIELDS and bool({"--help", "-h"} & set(tokens))
        app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
        if asks_for_help:
            show_fields(tokens[1:])
    except CycloptsError as error:
        command = TAKES_SETTINGS.get(tokens[0] if tokens else "")
        if command is not None:
            known_options(command, tokens[1:])
        raise SettingsError(said(error), where="command line", do="see condgan --help") from error
