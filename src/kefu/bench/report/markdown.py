"""A run's report as Markdown, for merge requests: the same facts as the page, nothing said in it taken for a mark."""

from __future__ import annotations

import re

from kefu.bench.report.page import environment_of, html_language
from kefu.bench.report.run import RunReport
from kefu.bench.report.view import view_of
from kefu.i18n import CHINESE

__all__ = ["to_markdown"]

_SPACE = re.compile(r"\s+")
_MARK = re.compile(r"([\\`*_\[\]|#~])")
_BLANKS = re.compile(r"\n{3,}")


def to_markdown(report: RunReport, language: str = CHINESE) -> str:
    """The report; every word of a party or a document is escaped, pasted blocks stand indented as code."""
    view = view_of(report, language)
    sections = view.pop("parts")
    environment = environment_of(language, autoescape=False, finalize=_escaped)
    environment.filters.update({"code": _code, "safe_md": _Code})  # pyright: ignore[reportUnknownMemberType] -- Jinja leaves its tables untyped
    text = environment.get_template("run.md.j2").render(language=html_language(language), sections=sections, **view)
    return _BLANKS.sub("\n\n", text).strip() + "\n"


class _Code(str):
    """Text that stands as it is: it is indented as code, or escaped already."""

    __slots__ = ()


def _code(text: str) -> _Code:
    return _Code("\n".join(f"    {line}" for line in text.splitlines()))


def _escaped(value: object) -> object:
    """What a text is written as, on one line; nobody is called by an @ in it."""
    if not isinstance(value, str) or isinstance(value, _Code):
        return value
    text = _MARK.sub(r"\\\1", _SPACE.sub(" ", value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return text.replace("@", "@\u200b")
