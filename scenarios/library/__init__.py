"""The edge cases, one file a family; importing this package registers them all."""

from scenarios.library import billboard_person, cut_out_reveal, tempe

__all__ = ["billboard_person", "cut_out_reveal", "tempe"]
