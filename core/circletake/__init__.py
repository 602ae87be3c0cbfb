"""circletake: what plugin authors import."""
