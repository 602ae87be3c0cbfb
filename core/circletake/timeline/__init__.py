"""Cuts in the words of editors: the only room that speaks OpenTimelineIO."""
