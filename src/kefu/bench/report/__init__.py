"""Reports: of single scored calls (:func:`build_report`), and of a whole run.

A run's report is gathered once and rendered in any form: :func:`gather`, then
:func:`to_html`, :func:`to_markdown` or :func:`to_json`; :func:`to_csv` needs the
results alone.
"""

from kefu.bench.report.calls import Entry, build_report
from kefu.bench.report.data import to_json
from kefu.bench.report.html import to_html
from kefu.bench.report.markdown import to_markdown
from kefu.bench.report.run import RunHead, RunReport, gather
from kefu.bench.report.table import to_csv

__all__ = [
    "Entry",
    "RunHead",
    "RunReport",
    "build_report",
    "gather",
    "to_csv",
    "to_html",
    "to_json",
    "to_markdown",
]
