//! Permissions: what the doctor tells of an account that others wrote, and what is declared and deployed held against what others know.
mod doctor;
mod reference;
mod template;
