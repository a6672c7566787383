//! The fixed histories that hold, the planted faults that are found, and what is told of a history that fails.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use deskbell_domain::plant::{Plant, plant};
use deskbell_sim::cli::{first_failure, tell};
use deskbell_sim::plan::Plan;
use deskbell_sim::story::Story;
use deskbell_sim::template::Template;
use deskbell_sim::{history, plants, shrink};

#[test]
fn two_thousand_histories_hold() {
    if let Some(seed) = first_failure(0..2000, 2, None).unwrap() {
        panic!("{}", tell(seed, None).unwrap());
    }
}

#[test]
fn every_plant_is_found_by_its_recorded_history_which_holds_without_it() {
    plants::replay_recorded().unwrap();
}

#[test]
fn a_history_happens_the_same_way_every_time() {
    let template = Template::make().unwrap();
    let told = || {
        let mut story = Story::written();
        history::run(&template, &Plan::draw(11), &mut story).unwrap();
        story.text().to_string()
    };
    let once = told();
    assert!(once.lines().count() > 50, "{once}");
    assert_eq!(once, told());
}

#[test]
fn a_history_that_fails_is_shrunk_to_a_short_story_that_fails_by_the_same_rule() {
    let template = Template::make().unwrap();
    plant(Some(Plant::S8Settled));
    let seed = (0..50).find(|seed| shrink::breaks(&template, &Plan::draw(*seed)).is_some()).unwrap();
    let plan = Plan::draw(seed);
    let broken = shrink::breaks(&template, &plan).unwrap();
    let short = shrink::shrink(&template, &plan, broken.rule);
    assert!(short.steps.len() * 4 < plan.steps.len(), "{} of {} steps", short.steps.len(), plan.steps.len());
    let mut story = Story::written();
    let ended = history::run(&template, &short, &mut story).unwrap_err();
    plant(None);
    assert_eq!(shrink::broken(ended).rule, broken.rule);
    assert!(story.text().contains("writes \"words"), "{}", story.text());
    history::run(&template, &short, &mut Story::default()).expect("without the fault it holds");
}
