//! Times as detectors spell them.
