//! The daemon as an operator meets it: the program itself, as a process, against EC2 as moto plays it. Read it as the list of what users fear.
mod acting;
mod ending;
mod logging;
mod on_a_table;
mod ordering;
mod private;
mod starting;
