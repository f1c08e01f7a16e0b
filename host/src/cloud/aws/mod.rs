//! Amazon EC2 behind the cloud trait.
