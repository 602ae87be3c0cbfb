"""Perceptual fingerprints: making them, comparing them, stacking near-duplicate takes."""
