"""One module for each question; its ``RULE`` is found by itself."""
