//! The sample web site, as the program that people run.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_sample_site_stands_on_an_origin_of_its_own_and_holds_the_line() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskbell-hub"));
    command.args(["site", "--hub", "http://127.0.0.1:9/", "--channel", "a\"b"]).stdout(Stdio::piped());
    let mut site = Running(command.spawn().unwrap());
    let mut line = String::new();
    BufReader::new(site.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let origin = line.trim().strip_prefix("listening on ").expect("it says where").to_owned();

    let answer = reqwest::get(format!("{origin}/")).await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src http://127.0.0.1:9; frame-src http://127.0.0.1:9"), "{policy}");
    let page = answer.text().await.unwrap();
    assert!(page.contains("<script async src=\"http://127.0.0.1:9/chat.js\" data-channel=\"a&quot;b\">"), "{page}");
    for path in ["/workshop", "/ar", "/site.css", "/bike.svg"] {
        assert_eq!(reqwest::get(format!("{origin}{path}")).await.unwrap().status(), 200, "{path}");
    }
    assert_eq!(reqwest::get(format!("{origin}/nothing")).await.unwrap().status(), 404);
}
