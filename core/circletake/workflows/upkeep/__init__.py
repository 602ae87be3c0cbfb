"""Keeping the library and the installation sound."""
