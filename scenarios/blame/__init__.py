"""Which module's error made a run fail: the same drive again, with truth in place of one module after the other."""
