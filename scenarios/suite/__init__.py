"""The regression suite: many drives, kept as they finish, compared with an earlier suite."""
