//! The real bootstrap under AWS's Lambda Runtime Interface Emulator, against moto over HTTP, looked at with boto3.

mod beside_a_daemon;
mod commands;
mod ends;
mod event;
mod feedback;
mod function;
mod killed;
mod lost;
mod out_of_time;
mod queue;
mod relay;
mod roots;
mod schedule;
mod single;
mod start;
mod updates;
mod web;
mod whole;
