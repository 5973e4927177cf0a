"""``kefu demo`` from a source tree and from a wheel: six calls, a table, one page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from command import Run

DOMAINS = ["主动关怀", "客户服务", "金融风控", "人力资源", "调研采集", "销售营销"]


def test_six_calls_and_a_report(run: Run, tmp_path: Path) -> None:
    ran = run("demo", "--out", "there/report", env={"KEFU_LANG": ""})
    assert (ran.code, ran.err) == (0, "")
    rows = [line for line in ran.out.splitlines() if line.split(" ")[0] in DOMAINS]
    assert len(rows) == 6
    assert ran.out.splitlines()[-1].endswith("there/report/report.html")
    page = (tmp_path / "there" / "report" / "report.html").read_text(encoding="utf-8")
    assert page.count('<section class="call"') == 6
    assert [path.name for path in (tmp_path / "there" / "report").iterdir()] == ["report.html"]


def test_the_default_folder_and_english(run: Run, tmp_path: Path) -> None:
    ran = run("demo", env={"KEFU_LANG": "en"})
    assert "task flow" in ran.out
    assert '<html lang="en">' in (tmp_path / "kefu-demo" / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page_in_chinese(run, tmp_path)


def page_in_chinese(run: Run, tmp_path: Path) -> str:
    assert run("demo", "--lang", "zh_CN", env={"KEFU_LANG": "en"}).code == 0
    return (tmp_path / "kefu-demo" / "report.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_an_installed_wheel_needs_no_source_tree(root: Path, environment: dict[str, str], tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path), str(root)]
    subprocess.run(build, check=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob("kefu-*.whl")
    site = tmp_path / "site"
    subprocess.run(
        [*pip, "install", "--no-compile", "--no-deps", "--no-index", "--target", str(site), str(wheel)], check=True
    )
    assert sorted(path.name for path in (site / "kefu" / "examples").iterdir()) == sorted(
        path.name for path in (root / "examples").iterdir()
    )
    done = subprocess.run(
        [sys.executable, "-m", "kefu", "demo"], cwd=tmp_path, env={**environment, "PYTHONPATH": str(site)},
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "kefu-demo" / "report.html").is_file()
