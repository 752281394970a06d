"""One sensor's frames -> Detections."""
