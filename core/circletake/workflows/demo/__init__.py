"""The whole path in a minute: takes made here, curated, cut to a song, released, audited, proved."""
