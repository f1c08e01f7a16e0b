//! The HTTP door: what senders may do to it, and what they must not. Read it as the list of what users fear.
mod admission;
mod alerts;
mod limits;
mod links;
mod looking;
mod metrics;
mod open_door;
mod orders;
mod powers;
mod refused;
mod time;
mod tls;
mod webhook;
