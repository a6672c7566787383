//! Prints the window's types.

fn main() {
    print!("{}", deskbell_core::rpc::typescript());
}
