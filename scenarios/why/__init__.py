"""Why a camera detector answered as it did about the target of a recorded frame."""
