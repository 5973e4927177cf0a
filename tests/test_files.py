"""Paths become documents: what a folder holds, what an encoding is, and how a file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kefu import files
from kefu.errors import InputError
from kefu.files import example_paths, read_text, scenario_paths, text_lines, write_lines, write_text


def test_a_folder_gives_its_documents_by_name_and_no_hidden_twins(tmp_path: Path) -> None:
    for name in ("b.md", "a.TXT", "c.docx", "d.json", "e.pdf", ".f.md", "~$c.docx"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "g.md").mkdir()
    assert [Path(path).name for path in scenario_paths([str(tmp_path)])] == ["a.TXT", "b.md", "c.docx", "d.json"]


def test_the_examples_are_one_of_each_domain() -> None:
    assert [Path(path).stem for path in example_paths()] == [
        "care", "customer_service", "finance", "human_resources", "research", "sales"
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_an_office_text_is_read_whatever_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "text.txt"
    text = "您好，请问是本人吗？\n" * 20
    path.write_bytes(text.encode(encoding))
    assert read_text(str(path)) == text


def test_damaged_utf8_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    data = ("您好，请问是本人吗？\n" * 20).encode()
    path.write_bytes(data[:100] + data[101:])
    with pytest.raises(InputError, match=r"text\.txt:4: damaged UTF-8"):
        read_text(str(path))


def test_lines_have_the_numbers_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\n\r\n  three  \n")
    assert list(text_lines(str(path))) == [(1, "one"), (3, "three")]


def test_an_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 64)
    path = tmp_path / "lines.txt"
    path.write_text("short\n" + "x" * 65, encoding="utf-8")
    with pytest.raises(InputError, match=r"lines\.txt:2: a line of more than 0 MiB"):
        list(text_lines(str(path)))


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text("old", encoding="utf-8")
    (tmp_path / "link.md").symlink_to(tmp_path / "real.md")
    write_text(str(tmp_path / "link.md"), "new")
    assert (tmp_path / "real.md").read_text(encoding="utf-8") == "new"
    assert (tmp_path / "link.md").is_symlink()


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kept.md").write_text("old", encoding="utf-8")

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(InputError, match="permission denied; choose a place that can be written to"):
        write_text(str(tmp_path / "kept.md"), "new")
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("kept.md", "old")]


def test_lines_are_written_through_a_link_and_in_new_folders_where_wanted(tmp_path: Path) -> None:
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    write_lines(str(tmp_path / "link.jsonl"), ["a", "b"])
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real.jsonl").read_text(encoding="utf-8") == "a\nb\n"
    write_lines(os.devnull, ["a"])
    with pytest.raises(InputError, match="no such file or directory; choose a place that can be written to"):
        write_lines(str(tmp_path / "new" / "x.csv"), ["a"])
    write_lines(str(tmp_path / "new" / "x.csv"), ["a,", "b\r\n"], end="", parents=True)
    assert (tmp_path / "new" / "x.csv").read_bytes() == b"a,b\r\n"
