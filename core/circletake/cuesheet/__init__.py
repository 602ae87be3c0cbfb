"""What was found in a film, told to people: rows, a table for spreadsheets, a page with pictures."""
