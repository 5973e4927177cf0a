"""Word documents: the text of their headings, lists and tables."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import pytest

from kefu.errors import InputError
from kefu.scenario import parse_scenario, text_of_docx
from kefu.scenario.markdown import HEADING, read_rows
from scenario.document import document, read


def saved(build: Any) -> bytes:
    out = io.BytesIO()
    build.save(out)
    return out.getvalue()


def as_docx(markdown: str) -> bytes:
    """``markdown`` as somebody would type it in Word: heading styles, list styles, bold runs."""
    word = docx.Document()
    for row in read_rows(markdown):
        if row.mark == HEADING:
            word.add_heading(row.text, level=row.number)
            continue
        style = (
            "List Bullet 2"
            if row.indent
            else {"bullet": "List Bullet", "number": "List Number"}.get(row.mark, "Normal")
        )
        paragraph = word.add_paragraph(style=style)
        paragraph.add_run(row.text[: row.bold]).bold = True
        paragraph.add_run(row.text[row.bold :])
    return saved(word)


def test_a_scenario_in_word_reads_as_the_same_scenario() -> None:
    facts = "- Q: 换表收钱吗？\n- A: 不收，材料和人工都免费。\n- Q: 要停多久的水？\n- A: 二十分钟左右。"
    text = text_of_docx(as_docx(document(facts=facts)))
    assert parse_scenario(text, id="meter") == read()


def test_the_line_of_a_finding_is_the_paragraph() -> None:
    word = docx.Document()
    for heading, body in (("电话拨打方", ""), ("角色", "供电所的阿芮"), ("核心任务", "约[日期]换表")):
        word.add_heading(heading, level=3 - (not body))
        word.add_paragraph(body)
    scenario = parse_scenario(text_of_docx(saved(word)))
    lines = {f.line for f in scenario.findings if f.code == "placeholder"}
    assert [word.paragraphs[line - 1].text for line in lines] == ["约[日期]换表"]


def test_headings_lists_tables_and_line_breaks() -> None:
    word = docx.Document()
    word.add_heading("电话拨打方", level=2)
    word.add_paragraph("第一行\n第二行")
    word.add_paragraph("步骤", style="List Number")
    word.add_paragraph("要点", style="List Bullet 2")
    word.add_paragraph("又一步", style="List Number")
    table = word.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "收钱吗？", "不收。"
    table.cell(1, 0).merge(table.cell(1, 1)).text = "合并的一格"
    lines = [line for line in text_of_docx(saved(word)).split("\n") if line]
    assert lines == [
        "## 电话拨打方",
        "第一行",
        "第二行",
        "1. 步骤",
        "   - 要点",
        "2. 又一步",
        "- 收钱吗？：不收。",
        "- 合并的一格",
    ]


def test_bold_is_kept() -> None:
    word = docx.Document()
    paragraph = word.add_paragraph()
    paragraph.add_run("确认").bold = True
    paragraph.add_run("：您好")
    assert text_of_docx(saved(word)) == "**确认**：您好\n"


def test_what_is_no_word_document_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        text_of_docx(b"plain text")
    assert str(caught.value) == (
        "this is not a Word document (.docx); save it as .docx, or paste its text into a .md file"
    )


def test_another_zip_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(InputError, match=r"this Word document cannot be read: .*save it again as \.docx"):
        text_of_docx(out.getvalue())


def test_a_broken_part_is_refused() -> None:
    good = as_docx(document())
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(out, "w") as target:
        for part in source.infolist():
            target.writestr(part, b"<w:broken" if part.filename == "word/document.xml" else source.read(part))
    with pytest.raises(InputError, match="this Word document cannot be read"):
        text_of_docx(out.getvalue())


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"word/{number}.xml", b"0" * (16 * 1024 * 1024))
    assert len(out.getvalue()) < 1024 * 1024
    with pytest.raises(InputError, match="unpacks to more than 64 MB"):
        text_of_docx(out.getvalue())
