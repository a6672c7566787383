//! The shortest story that still fails: steps are left out as long as the same rule breaks without them.

use crate::failure::Broken;
use crate::history;
use crate::plan::Plan;
use crate::story::Story;
use crate::template::Template;

/// Which rule a plan breaks, and how.
pub fn breaks(template: &Template, plan: &Plan) -> Option<Broken> {
    history::run(template, plan, &mut Story::default()).err().map(broken)
}

/// A failure of any kind: what is no rule is a fault of the programs all the same.
pub fn broken(error: anyhow::Error) -> Broken {
    match error.downcast::<Broken>() {
        Ok(broken) => broken,
        Err(error) => Broken { rule: "error", what: format!("{error:#}") },
    }
}

/// A shorter plan that breaks the same rule.
pub fn shrink(template: &Template, plan: &Plan, rule: &'static str) -> Plan {
    let mut best = plan.clone();
    let mut size = best.steps.len().div_ceil(2);
    while size > 0 {
        let mut begin = 0;
        while begin < best.steps.len() {
            let end = (begin + size).min(best.steps.len());
            let mut without = best.clone();
            without.steps.drain(begin..end);
            if breaks(template, &without).is_some_and(|broken| broken.rule == rule) {
                best = without;
            } else {
                begin = end;
            }
        }
        size /= 2;
    }
    best
}
