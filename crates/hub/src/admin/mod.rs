//! What the program's command line does to an organization.
