"""Makes the reference pages from the code, so that they cannot lie; ``--check`` says which are stale.

Every page comes from one source: the command line, the settings table, the
table of findings, the transition table, the descriptions of checks, and the
figures that benchmarks have kept. The outputs that other pages show are renewed
as well; whether those are stale is a test's business, since it takes longer.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import console

os.environ.update(KEFU_LANG="en", COLUMNS="100", TERMINAL_WIDTH="100")  # before kefu words its help

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
KINDS = {"task_flow": "task flow", "rule": "rule", "dimension": "side of the interaction", "fidelity": "fidelity"}
KINDS |= {"attribution": "attribution", "gaps": "knowledge gaps"}
COUNTS = ("n", "precision", "recall", "f1")
SETS = {
    "own": "On the calls in `data/calls`. The small models were fitted on these documents: the figures say how well "
    "rules and labels agree here, not how well they carry over to others.",
    "gold": "On calls about other documents, labelled by other people; nothing was fitted to them.",
}
MADE = "<!-- Made by docs/generate.py; change its source instead. -->\n\n"


def main(arguments: list[str]) -> int:
    wanted = {path: MADE + text.strip() + "\n" for path, text in pages()}
    made = {*REFERENCE.rglob("*.md"), ROOT / "docs" / "measurements.md"}
    if "--check" not in arguments:
        for path in made - set(wanted):
            path.unlink(missing_ok=True)
        for path, text in wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for page in console.PAGES:
            (ROOT / page).write_text(console.renewed(page), encoding="utf-8")
        return 0
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    stale += made - set(wanted)
    for path in sorted(stale):
        print(f"{path.relative_to(ROOT)} is stale; run scripts/check --fix")
    print(f"{len(wanted)} generated pages, {len(stale)} stale")
    return 1 if stale else 0


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated page."""
    yield REFERENCE / "cli.md", command_line()
    yield REFERENCE / "settings.md", settings()
    yield REFERENCE / "findings.md", findings()
    yield REFERENCE / "states.md", states()
    for name, text in checks():
        yield REFERENCE / "checks" / f"{name}.md", text
    yield ROOT / "docs" / "measurements.md", measurements()


def command_line() -> str:
    """The help of every command, as it is printed."""
    import typer

    from kefu.cli.app import app

    parts = [
        "# The command line",
        "What `--help` says of every command. Exit codes: 0 success; 1 the thing checked has errors or fell short; "
        "2 wrong use or unreadable input; 3 a model endpoint or a database failed; 70 kefu itself failed; "
        "130 stopped by Ctrl-C. A call that a program under test (http:URL) breaks off is that program's result: the "
        "exit code stays 0, and stderr says how many there were.",
    ]

    def walk(command: Any, path: str, parent: Any) -> None:
        context = command.make_context(path.split()[-1], [], parent=parent, resilient_parsing=True)
        parts.append(f"## {path}\n\n```\n{command.get_help(context).strip()}\n```")
        for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
            walk(command.get_command(context, name), f"{path} {name}", context)

    walk(typer.main.get_command(app), "kefu", None)
    return "\n\n".join(parts)


def settings() -> str:
    """The table of settings, and what a model's table may hold."""
    from dataclasses import fields
    from datetime import timedelta

    from kefu.llm.declaration import MODEL_KEYS
    from kefu.llm.endpoint import Features, Limits, Timeouts
    from kefu.settings import SETTINGS

    def shown(value: Any) -> str:
        if isinstance(value, timedelta):
            return f"{value.total_seconds():g}"
        return "–" if value is None else str(value).lower()

    rows = [(f"`{s.variable}`", f"`{s.key}`", s.meaning) for s in SETTINGS]
    keys = [(f"`{key}`", meaning) for key, meaning in MODEL_KEYS.items()]
    inner = [
        (f"`{name}.{field.name}`", shown(getattr(kind(), field.name)))
        for name, kind in (("limits", Limits), ("timeouts", Timeouts), ("features", Features))
        for field in fields(kind)
    ]
    return "\n\n".join(
        (
            "# Settings",
            "An environment variable goes before `kefu.toml` in the folder where kefu is called.",
            table(("environment", "kefu.toml", "what it does"), rows),
            "Without `data_dir` that is `$XDG_DATA_HOME/kefu` or `~/.local/share/kefu`, on macOS "
            "`~/Library/Application Support/kefu`, on Windows `%LOCALAPPDATA%\\kefu`; the database in it is `kefu.db`. "
            "The vectors of a model that embeds (`features.embeddings`) are kept only where the environment variable "
            "`KEFU_DATA_DIR` is set.",
            "## Models",
            "`model:NAME` is the table `[models.NAME]` of `kefu.toml`, `model:default` is `KEFU_MODEL` at "
            "`KEFU_BASE_URL`, and any other name is a model of that default endpoint. `kefu config check` tries them.",
            table(("key", "what it does"), keys),
            "What stands in the tables within, and what holds where it is left out:",
            table(("key", "if not set"), inner),
            "`timeouts` are seconds. A try that has waited `timeouts.hang`, and ten times as long as the slowest of "
            "the recent answers took, is taken to hang: it is given up and asked again, with four times the patience; "
            "raise it for a model that thinks long before it answers. The other four bound a try in any case: to "
            "connect, to the first token of a stream, between two pieces, and in all.",
            "In what `kefu config check` prints, ✓ works, ✗ does not, and – could not be found out. Without "
            "`settings`, `reachable` and `model` a model cannot be used; anything else with a ✗ is done without.",
        )
    )


def findings() -> str:
    """What `kefu scenario check` can find."""
    from kefu.scenario import FINDINGS

    order = ("error", "warning", "note")
    kinds = sorted(FINDINGS.values(), key=lambda kind: (order.index(kind.severity.value), kind.code))
    rows = [(f"`{kind.code}`", kind.severity.value, kind.summary) for kind in kinds]
    return (
        "# Findings\n\nWhat `kefu scenario check` can say of a document. An `error` means that the scenario cannot be "
        "called with; a `warning` that its author should look; a `note` is for information.\n\n"
        "Before each finding stands its place, as `file:line`. What is missing is told at the heading of its section "
        "or half, or at line 1. In a Word document a line is a paragraph: empty ones count, and so does each row of a "
        "table and each line of a paragraph with line breaks.\n\n" + table(("code", "severity", "what it says"), rows)
    )


def states() -> str:
    """The transition table of a call."""
    from kefu.call.call import TRANSITIONS, Event, Phase

    def after(phase: Phase, event: Event) -> str:
        return f"`{TRANSITIONS[phase, event].value}`" if (phase, event) in TRANSITIONS else ""

    rows = [(f"`{phase.value}`", *(after(phase, event) for event in Event)) for phase in Phase]
    return (
        "# The states of a call\n\nA call changes only by recording an event; a cell says where the call stands "
        "afterwards. An event in an empty cell raises `IllegalEvent` and changes nothing.\n\n"
        + table(("phase", *(f"`{event.value}`" for event in Event)), rows)
    )


def checks() -> Iterator[tuple[str, str]]:
    """One page for every check, and one that lists them."""
    source = ROOT / "src" / "kefu" / "score" / "checks.toml"
    entries: dict[str, dict[str, str]] = tomllib.loads(source.read_text(encoding="utf-8"))
    rows = [(f"[{name}]({name}.md)", e["zh"], KINDS[e["kind"]], e["definition"]) for name, e in entries.items()]
    yield "index", "# Checks\n\nWhat is judged in a call.\n\n" + table(("check", "中文", "kind", "what it is"), rows)
    for name, entry in entries.items():
        parts = [
            f"# {name} {entry['zh']}",
            f"{KINDS[entry['kind']].capitalize()}, version {entry['version']}.",
            f"{entry['definition']}\n\n{entry['definition_zh']}",
            f"**What it is not.** {entry['not']}",
            f"**Breaks it:** {entry['wrong']}",
            f"**Does not:** {entry['right']}",
            f"**What it cannot see.** {entry['blind_spots']}",
        ]
        measured = [(title, *(number(label[key]) for key in COUNTS)) for title, label in measured_of(name)]
        if measured:
            parts.append("**Measured** with `scripts/bench scoring`:\n\n" + table(("calls", *COUNTS), measured))
        yield name, "\n\n".join(parts)


def measured_of(check: str) -> Iterator[tuple[str, dict[str, float]]]:
    """What the benchmark has kept on one rule, for each set of labelled calls."""
    path = ROOT / "benchmarks" / "results" / "scoring.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for name, title in (("own", "our own, in `data/calls`"), ("gold", "other people's, on other documents")):
        label = kept.get(name, {}).get("agreement", {}).get("violations", {}).get(check)
        if label and all(label.get(key) is not None for key in COUNTS):
            yield title, label


def measurements() -> str:
    """Every figure that a benchmark has kept, with the command that prints it."""
    parts = [
        "# Measurements",
        "Every figure here was printed by the command above its table; run the command to see those of your machine. "
        "Figures in brackets are 95 % intervals.",
    ]
    for path in sorted((ROOT / "benchmarks" / "results").glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        place = f" · {kept['machine']}" if "machine" in kept else ""
        parts.append(f"## {kept.get('title', path.stem.capitalize())}\n\n`scripts/bench {path.stem}`{place}")
        if "figures" in kept:
            rows = [(f["what"], f"{number(f['value'])} {f['unit']}".strip(), f["on"]) for f in kept["figures"]]
            parts.append(table(("what", "measured", "on"), rows))
        else:
            for name, part in kept.items():
                title = f"### {name.capitalize()}\n\n{SETS.get(name, '')}".strip()
                parts.append(f"{title}\n\n" + table(("what", "measured"), list(tree(part))))
    return "\n\n".join(parts)


def tree(part: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """The figures of a nested record, one row each: a value with its interval, or the counts of one label."""
    for name, value in part.items():
        what = f"{above} {name.replace('_', ' ')}".strip()
        if isinstance(value, int | float):
            yield what, number(value)
        elif isinstance(value, dict) and "low" in value and "high" in value:
            known = value["value"] is not None
            yield (
                what,
                f"{number(value['value'])} ({number(value['low'])} to {number(value['high'])})" if known else "–",
            )
        elif isinstance(value, dict) and "precision" in value:
            yield what, ", ".join(f"{key} {number(figure)}" for key, figure in value.items() if figure is not None)
        elif isinstance(value, dict):
            yield from tree(value, "" if name in ("speed", "agreement") else what)


def number(value: float) -> str:
    """A figure with three digits that mean something."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    clean: Callable[[str], str] = lambda cell: " ".join(str(cell).split()).replace("|", "\\|")  # noqa: E731
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(map(clean, line)) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
