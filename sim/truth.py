"""Ground truth from the world: importable by `scenarios` alone (import-linter holds that)."""
