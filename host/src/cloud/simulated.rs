//! A strict simulation of one AWS account in memory.
