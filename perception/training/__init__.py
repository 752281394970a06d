"""Makes the networks: datasets as files, training, evaluation, model cards.

Importing this package settles what torch and ultralytics read from the environment when they are loaded.
"""

import os

# Waiting threads must sleep: where other processes want the processor too, spinning ones made a step of two threads
# ten times as slow as one of a single thread (seen).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# ultralytics must not look for a network, nor talk.
os.environ.setdefault("YOLO_OFFLINE", "1")
os.environ.setdefault("YOLO_VERBOSE", "false")
