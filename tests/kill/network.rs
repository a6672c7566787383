//! What goes wrong on the way to the hub.

use std::time::Duration;

use deskbell_testkit::proxy::{Fault, Proxy};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

/// Plans a few faults. Those that nobody has met yet are forgotten.
pub fn disturb(proxy: &Proxy, rng: &mut StdRng) -> String {
    proxy.forgive();
    let requests = [
        "POST /v1/commands",
        "GET /v1/changes",
        "GET /v1/snapshot",
        "GET /v1/events",
        "GET /v1/session",
        "GET /v1/hub",
        "POST /widget",
    ];
    let mut plan = Vec::new();
    for _ in 0..rng.random_range(0..5) {
        let Some(request) = requests.choose(rng) else { continue };
        let fault = match rng.random_range(0..6) {
            0 => Fault::CutBefore,
            1 | 2 => Fault::CutAfter,
            3 => Fault::Busy,
            4 => Fault::Page,
            _ => Fault::Delay(Duration::from_millis(rng.random_range(50..600))),
        };
        let times = rng.random_range(1..4);
        proxy.fail(request, fault, times);
        plan.push(format!("{times} x {request} {fault:?}"));
    }
    plan.join(", ")
}
