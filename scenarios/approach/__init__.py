"""Approaches: the sensors' view of a case from a car on rails, the same for everybody who looks at it."""
