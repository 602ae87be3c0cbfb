"""The report in its three forms: lines for a terminal, one HTML file, one JSON document."""

from __future__ import annotations

from circletake.audit.document import json_report
from circletake.audit.page import html_report
from circletake.audit.text import text_report

__all__ = ["html_report", "json_report", "text_report"]
