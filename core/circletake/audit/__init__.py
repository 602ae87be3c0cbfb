"""The audit: cases from values handed in, rules asked of them, a report a stranger can read."""
