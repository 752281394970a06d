"""Why a camera detector answered as it did: pictures, detectors and activations in, maps over the picture out."""
