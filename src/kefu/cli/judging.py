"""The options of the commands that judge: who judges, and how many calls at once."""

from __future__ import annotations

from typing import Annotated

import typer

from kefu.i18n import gettext as _

__all__ = ["Concurrency", "Judge"]

Judge = Annotated[
    str, typer.Option(metavar="JUDGE", help=_("Who judges: rules, model:NAME, or several with commas between."))
]
Concurrency = Annotated[int, typer.Option(metavar="N", min=1, max=1000, help=_("Calls that models judge at once."))]
