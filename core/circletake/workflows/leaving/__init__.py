"""What leaves the library: cuts, exports, releases. Nothing leaves unsigned."""
