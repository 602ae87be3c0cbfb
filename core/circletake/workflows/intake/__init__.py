"""Bringing takes in: walk, look at each file once, recover how it was made, make it a take."""
