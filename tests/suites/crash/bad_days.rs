//! EC2 on bad days.
