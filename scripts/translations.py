"""Are the translations complete, and compiled from their source? ``--update`` extracts and compiles anew.

Every string in ``_()``, ``ngettext()`` or ``marked()`` in the source and the
report templates goes into ``kefu.pot`` and from there into ``kefu.po``, where a
person translates it. Missing, fuzzy and stale entries, and translations that
lost a ``{field}``, are printed and make the exit code 1.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "kefu"
TEMPLATE = SOURCE / "locale" / "kefu.pot"
CHINESE = SOURCE / "locale" / "zh_CN" / "LC_MESSAGES" / "kefu.po"
COMPILED = CHINESE.with_suffix(".mo")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
FIELD = re.compile(r"\{\w*\}|%\(\w+\)[sd]|%[sd]")


def main(arguments: list[str]) -> int:
    wanted = extracted()
    if "--update" in arguments:
        write(TEMPLATE, wanted)
        chinese = catalogue(CHINESE)
        chinese.update(wanted, no_fuzzy_matching=True)
        chinese.obsolete.clear()
        write(CHINESE, chinese)
        if not is_compiled(chinese):
            COMPILED.write_bytes(compiled(chinese))
    problems = list(found(wanted))
    for problem in problems:
        print(problem)
    chinese = catalogue(CHINESE)
    print(f"{len(chinese)} messages, {len(problems)} problems")
    return 1 if problems else 0


def found(wanted: Catalog) -> Iterator[str]:
    """What a translator or a developer has to mend."""
    hint = "run scripts/check --fix"
    if dumped(catalogue(TEMPLATE)) != dumped(wanted):
        yield f"{TEMPLATE.relative_to(ROOT)} is not what the source says; {hint}"
    chinese = catalogue(CHINESE)
    where = CHINESE.relative_to(ROOT)
    for message in wanted:
        if not message.id:
            continue
        words = key(message.id)
        entry = chinese.get(words)
        if entry is None:
            yield f"{where}: not in the catalogue: {words!r}; {hint}"
        elif not all(strings(entry.string)):
            yield f"{where}: not translated: {words!r}"
        elif entry.fuzzy:
            yield f"{where}: fuzzy: {words!r}; read it and take the mark away"
        else:
            yield from (
                f"{where}: fields differ: {words!r} and {text!r}"
                for text in strings(entry.string)
                if set(FIELD.findall(text)) != set(FIELD.findall(words))
            )
    known = {key(message.id) for message in wanted}
    for message in chinese:
        if message.id and key(message.id) not in known:
            yield f"{where}: nobody says this any more: {key(message.id)!r}; {hint}"
    if not is_compiled(chinese):
        yield f"{COMPILED.relative_to(ROOT)} is not compiled from kefu.po; {hint}"


def extracted() -> Catalog:
    """Every message of the source and the templates, in the order of the files."""
    catalog = Catalog(project="kefu", copyright_holder="The kefu authors", charset="utf-8", fuzzy=False)
    for file in sorted((*SOURCE.rglob("*.py"), *SOURCE.rglob("*.j2"))):
        method = "python" if file.suffix == ".py" else "jinja2"
        options = {"trimmed": "true"} if method == "jinja2" else {}
        for _line, message, comments, _context in extract_from_file(
            method, file, keywords=KEYWORDS, comment_tags=("Translators:",), options=options
        ):
            catalog.add(message, locations=[(str(file.relative_to(ROOT)), 0)], auto_comments=comments)
    return catalog


def catalogue(path: Path) -> Catalog:
    """A catalogue from its file; an empty one where there is none yet."""
    if not path.is_file():
        return Catalog(locale="zh_CN" if path == CHINESE else None, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="zh_CN" if path == CHINESE else None)


def dumped(catalog: Catalog) -> str:
    """A catalogue as text without anything that depends on time, line numbers or the tool's version."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, sort_output=True, include_lineno=False, include_previous=False)
    varying = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Language-Team')
    lines = out.getvalue().decode().splitlines()
    body = [line for line in lines if not line.startswith((*varying, '"Report-Msgid', '"Project-Id', "# "))]
    return "\n".join(line for line in body if line != "#").strip() + "\n"


def write(path: Path, catalog: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumped(catalog), encoding="utf-8")


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def spoken(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """What a catalogue says; its header, which holds the time of its making, is left out."""
    return {key(message.id): strings(message.string) for message in catalog if message.id and message.string}


def is_compiled(catalog: Catalog) -> bool:
    if not COMPILED.is_file():
        return False
    with COMPILED.open("rb") as file:
        return spoken(read_mo(file)) == spoken(catalog)


def key(identity: str | list[str] | tuple[str, ...]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def strings(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    if text is None:
        return ("",)
    return (text,) if isinstance(text, str) else tuple(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
