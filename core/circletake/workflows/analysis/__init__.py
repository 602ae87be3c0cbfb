"""Looking at takes: one decode for everything that is measured, and which takes are alike."""
