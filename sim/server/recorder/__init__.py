"""Recordings: a world's drive as a file in CARLA's recorder format, shown as text and replayed in a world."""
