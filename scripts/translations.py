"""Are the translations complete, and compiled from their source? ``--update`` extracts and compiles anew.

Every string in ``_()``, ``ngettext()``, ``marked()``, ``pgettext()`` or ``translate()`` in the source and the
report templates goes into ``kefu.pot`` and from there into ``kefu.po``, where a
person translates it. Missing, fuzzy and stale entries, and translations that
lost a ``{field}``, are printed and make the exit code 1. So are words for people
that nobody can translate: what an error, an ending or a party that failed says
without ``_()``, and an ``_()`` within an f-string, which extraction may not see.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "kefu"
TEMPLATE = SOURCE / "locale" / "kefu.pot"
CHINESE = SOURCE / "locale" / "zh_CN" / "LC_MESSAGES" / "kefu.po"
COMPILED = CHINESE.with_suffix(".mo")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "marked": None,
    "translate": None,
}
SAYS = {"Ending": ("detail",), "PartyFailed": (1, "message"), "echo": (0,), "secho": (0,), "note": (0,)}
"""What says something to people besides errors, and which of its arguments do; ``problems`` are what errors list."""
ERROR = (0, "message", "where", "hint")
WORDS = re.compile(r"(?!kefu\b|run: )(?<!--)\b[A-Za-z]{2,}[,:]* +[A-Za-z{]")
"""Two words, or one before a field. The name of the program, its options and what programs read (run: ID) stay."""
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
    problems = [*found(wanted), *unheard(SOURCE)]
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
        entry = chinese.get(words, message.context)
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
    known = {(message.context, key(message.id)) for message in wanted}
    for message in chinese:
        if message.id and (message.context, key(message.id)) not in known:
            yield f"{where}: nobody says this any more: {key(message.id)!r}; {hint}"
    if not is_compiled(chinese):
        yield f"{COMPILED.relative_to(ROOT)} is not compiled from kefu.po; {hint}"


def extracted() -> Catalog:
    """Every message of the source and the templates, in the order of the files."""
    catalog = Catalog(project="kefu", copyright_holder="The kefu authors", charset="utf-8", fuzzy=False)
    for file in sorted((*SOURCE.rglob("*.py"), *SOURCE.rglob("*.j2"))):
        method = "python" if file.suffix == ".py" else "jinja2"
        options = {"trimmed": "true"} if method == "jinja2" else {}
        for _line, message, comments, context in extract_from_file(
            method, file, keywords=KEYWORDS, comment_tags=("Translators:",), options=options
        ):
            where = [(str(file.relative_to(ROOT)), 0)]
            catalog.add(message, locations=where, auto_comments=comments, context=context)
    return catalog


def unheard(source: Path) -> Iterator[str]:
    """Words for people in the modules of ``source`` that do not come to a translator."""
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(source.rglob("*.py"))}
    says = SAYS | dict.fromkeys(errors_of(modules.values()), ERROR)
    for path, module in modules.items():
        named = {ast.unparse(n.targets[0]): n.value for n in module.body if isinstance(n, ast.Assign)}
        for node in ast.walk(module):
            where = f"{path.relative_to(source.parent.parent)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.JoinedStr):
                inner = [part for part in ast.walk(node) if isinstance(part, ast.Call) and asks(part)]
                yield from (f"{where}: take it out of the f-string: {ast.unparse(part)}" for part in inner)
            shown = [named.get(ast.unparse(each), each) for each in said(node, says)]
            yield from (f"{where}: not in _(): {ast.unparse(each)}" for each in shown if has_words(each))


def said(node: ast.AST, says: Mapping[str, tuple[int | str, ...]]) -> list[ast.expr]:
    """What this call, or this addition to a list of problems, says to people."""
    if isinstance(node, ast.AugAssign) and ast.unparse(node.target) == "problems":
        return [node.value]
    if not isinstance(node, ast.Call):
        return []
    adds = ast.unparse(node.func) in ("problems.append", "problems.extend")
    wanted = (0,) if adds else says.get(called(node), ())
    spoken = [each for place, each in enumerate(node.args) if place in wanted]
    return spoken + [each.value for each in node.keywords if each.arg in wanted]


def errors_of(modules: Iterable[ast.Module]) -> set[str]:
    """``KefuError`` and every class that is made of it."""
    classes = [node for module in modules for node in ast.walk(module) if isinstance(node, ast.ClassDef)]
    known: set[str] = set()
    more = {"KefuError"}
    while more:
        known |= more
        more = {c.name for c in classes if {b.id for b in c.bases if isinstance(b, ast.Name)} & known} - known
    return known


def called(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def asks(node: ast.Call) -> bool:
    """Does this ask for a translation? ``"…".translate(TABLE)`` is a method of texts, and does not."""
    return called(node) in KEYWORDS and (called(node) != "translate" or isinstance(node.args[0], ast.Constant))


def has_words(node: ast.expr) -> bool:
    """Is this a text, whole or in parts, with words in it that are not asked to be translated?"""
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{" for part in node.values)
        return bool(WORDS.search(text))
    if isinstance(node, ast.ListComp | ast.GeneratorExp):
        return has_words(node.elt)
    if isinstance(node, ast.Call):  # "…".format(…)
        return isinstance(node.func, ast.Attribute) and has_words(node.func.value)
    if isinstance(node, ast.BinOp | ast.IfExp | ast.BoolOp | ast.List | ast.Tuple):
        return any(has_words(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(WORDS.search(node.value))


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


def spoken(catalog: Catalog) -> dict[tuple[str, str], tuple[str, ...]]:
    """What a catalogue says; its header, which holds the time of its making, is left out."""
    said = (message for message in catalog if message.id and message.string)
    return {(context_of(message), key(message.id)): strings(message.string) for message in said}


def context_of(message: Message) -> str:
    """What the message is said of; as bytes in a compiled catalogue that Babel read."""
    context: str | bytes = message.context or ""
    return context.decode() if isinstance(context, bytes) else context


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
