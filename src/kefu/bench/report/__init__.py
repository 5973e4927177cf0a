"""Reports: of single scored calls, and of a whole run."""

from kefu.bench.report.calls import Entry, build_report

__all__ = ["Entry", "build_report"]
