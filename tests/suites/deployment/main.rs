//! Deployment: the templates as moto's CloudFormation makes them, the package, and the page that says how.

mod bundle;
mod container;
mod home;
mod page;
mod stack;
mod working;
