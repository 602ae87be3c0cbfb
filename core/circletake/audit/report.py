"""The report in its forms: lines for a terminal, one HTML file, JSON, JUnit XML, a table of cues."""

from circletake.audit.document import json_report
from circletake.audit.junit import junit_text
from circletake.audit.page import html_report
from circletake.audit.text import text_report

__all__ = ["html_report", "json_report", "junit_text", "text_report"]
