"""``python -m kefu`` is the command line."""

from kefu.cli.main import run

run()
