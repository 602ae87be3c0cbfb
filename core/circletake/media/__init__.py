"""Reading and rendering moving pictures: the only room that speaks FFmpeg (through PyAV)."""
