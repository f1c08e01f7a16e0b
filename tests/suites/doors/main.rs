//! The daemon's doors beside the HTTP door's alerts: queues, topics, syslog, folders and buckets, with SQS, SNS and S3 as moto plays them. Read it as the list of what users fear.
mod bucket;
mod folder;
mod forged;
mod open;
mod sensor;
mod served;
mod sns;
mod sqs;
mod syslog;
mod too_long;
