"""A drive in the browser: run bundles become Rerun recordings, served from this machine alone."""
