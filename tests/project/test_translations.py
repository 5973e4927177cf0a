"""The check of translations sees words for people that no translator would get, and nothing else."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def check(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations_check", root / "scripts" / "translations.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def unheard(check: ModuleType, place: Path, source: str) -> list[str]:
    folder = place / "src" / "kefu"
    folder.mkdir(parents=True)
    errors = "class InputError(KefuError): ...\nclass Special(InputError): ...\n"
    (folder / "errors.py").write_text(errors)
    (folder / "one.py").write_text(source)
    return list(check.unheard(folder))


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ('raise InputError("not a list")', "not in _(): 'not a list'"),
        ('raise Special(f"{name} is missing")', "not in _(): f'{name} is missing'"),
        ('raise InputError(_("a list"), hint="look again")', "not in _(): 'look again'"),
        ('raise InputError(_("a list"), where=f"turn {n}")', "not in _(): f'turn {n}'"),
        ('raise InputError("not {}".format(name))', "not in _(): 'not {}'.format(name)"),
        ('raise InputError("no list" if a else _("no word"))', "not in _(): 'no list' if a else _('no word')"),
        ('Ending(by=LIMIT, reason="max_turns", detail=f"{n} turns or more")', "not in _(): f'{n} turns or more'"),
        ('PartyFailed("empty_reply", "the model said nothing")', "not in _(): 'the model said nothing'"),
        ('problems.append(f"{name} is not a list")', "not in _(): f'{name} is not a list'"),
        ('problems += [f"{key} is not known" for key in keys]', "not in _(): [f'{key} is not known' for key in keys]"),
        ('typer.echo("all is well")', "not in _(): 'all is well'"),
        ("""print(f"{_('caller')}: {text}")""", "take it out of the f-string: _('caller')"),
    ],
)
def test_words_that_nobody_can_translate_are_named(check: ModuleType, tmp_path: Path, source: str, word: str) -> None:
    assert unheard(check, tmp_path, source + "\n") == [f"src/kefu/one.py:1: {word}"]


def test_a_name_stands_for_its_words(check: ModuleType, tmp_path: Path) -> None:
    source = 'HINT = "look again"\nraise InputError(_("a list"), hint=HINT)\n'
    assert unheard(check, tmp_path, source) == ["src/kefu/one.py:2: not in _(): 'look again'"]


@pytest.mark.parametrize(
    "source",
    [
        'raise InputError(_("not a list"), where=f"{path}:{number}", hint=_("look again"))',
        'raise InputError(_("not {what}").format(what="a list"))',
        'raise ValueError("a programmer reads this")',
        'Ending(by=LIMIT, reason="max_turns", detail=spoken)',
        'typer.echo(f"{path}:{line}: {severity} {code}: {message}")',
        'typer.echo(f"kefu {version}")',
        'problems.append("…")',
    ],
)
def test_what_is_translated_or_has_no_words_is_left_alone(check: ModuleType, tmp_path: Path, source: str) -> None:
    assert unheard(check, tmp_path, source + "\n") == []
