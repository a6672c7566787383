//! Signing in and out, tokens and devices.

use super::office::{Desk, Office, PASSWORD, error};
use deskbell_domain::{DeviceId, Scope};
use deskbell_hub::admin::Request;
use deskbell_protocol::{Devices, Session, code};
use reqwest::{Method, StatusCode};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn a_member_gets_a_token_and_exactly_their_scopes() {
    let office = Office::open().await;
    let desk = office.sign_in("Priya@Example.com ").await;
    let session = &desk.session;
    assert_eq!(session.member, office.priya);
    assert_eq!(session.head, office.hub.head());
    let mut scopes: Vec<Scope> = session.grants.iter().map(|g| g.scope).collect();
    scopes.sort();
    let mut expected =
        vec![Scope::Org, Scope::Inbox(office.front), Scope::Channel(office.front_channel), Scope::Member(office.priya)];
    expected.sort();
    assert_eq!(scopes, expected);
    assert!(session.capabilities.contains(&"see_others".to_owned()));
    assert!(!session.capabilities.contains(&"assign_others".to_owned()));
    assert_eq!(session.token.len(), 43, "256 bits");
    let response = desk.get("/v1/session").await;
    let again: Session = response.json().await.unwrap();
    assert_eq!((again.device, again.wrap_key), (session.device, session.wrap_key.clone()));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_have_the_same_answer() {
    let office = Office::open().await;
    let wrong = error(office.try_sign_in("priya@example.com", "wrong horse", None).await).await;
    let nobody = error(office.try_sign_in("nobody@example.com", PASSWORD, None).await).await;
    let nonsense = error(office.try_sign_in("no address at all", PASSWORD, None).await).await;
    assert_eq!(wrong.0, StatusCode::UNAUTHORIZED);
    assert_eq!(wrong.1.code, code::SIGN_IN_REFUSED);
    assert_eq!(wrong.1.params["tries_left"], "4");
    assert_eq!(wrong, nobody);
    assert_eq!(wrong, nonsense);
}

#[tokio::test]
async fn five_failures_make_a_pause_which_the_right_password_does_not_end() {
    let office = Office::open().await;
    for left in ["4", "3", "2", "1", "0"] {
        let (_, refused) = error(office.try_sign_in("priya@example.com", "wrong horse", None).await).await;
        assert_eq!(refused.params["tries_left"], left);
    }
    let response = office.try_sign_in("priya@example.com", PASSWORD, None).await;
    let retry_after: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    let (status, paused) = error(response).await;
    assert_eq!((status, paused.code.as_str()), (StatusCode::TOO_MANY_REQUESTS, code::TOO_MANY_TRIES));
    assert!((800..=901).contains(&retry_after), "{retry_after}");
    assert_eq!(paused.params["retry_after_s"], retry_after.to_string());
    assert_eq!(office.try_sign_in("dana@example.com", PASSWORD, None).await.status(), StatusCode::OK);
    office.clock.advance_ms(15 * 60 * 1000 + 1);
    assert_eq!(office.try_sign_in("priya@example.com", PASSWORD, None).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_device_that_signs_in_again_keeps_its_identity_and_ends_its_old_token() {
    let office = Office::open().await;
    let first = office.sign_in("priya@example.com").await;
    let again = office.try_sign_in("priya@example.com", PASSWORD, Some(first.session.device)).await;
    let again: Session = again.json().await.unwrap();
    assert_eq!((again.device, &again.wrap_key), (first.session.device, &first.session.wrap_key));
    let (status, old) = error(first.get("/v1/session").await).await;
    assert_eq!((status, old.code.as_str()), (StatusCode::UNAUTHORIZED, code::SIGN_IN_REQUIRED));
    // Somebody else's device, or one that does not exist, is a new one.
    for device in [first.session.device, DeviceId(super::office::new_id())] {
        let other = office.try_sign_in("dana@example.com", PASSWORD, Some(device)).await;
        let other: Session = other.json().await.unwrap();
        assert_ne!(other.device, device);
        assert_ne!(other.wrap_key, first.session.wrap_key);
    }
}

#[tokio::test]
async fn a_revoked_device_is_told_so_after_a_restart_too() {
    let mut office = Office::open().await;
    let (lost, kept) = (office.sign_in("priya@example.com").await, office.sign_in("priya@example.com").await);
    let lost_device = lost.session.device;
    let revoke = |desk: &Desk, id: DeviceId| desk.request(Method::DELETE, &format!("/v1/devices/{id}")).send();
    let stranger = office.sign_in("dana@example.com").await;
    assert_eq!(revoke(&stranger, lost_device).await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(lost.get("/v1/session").await.status(), StatusCode::OK);
    for _ in 0..2 {
        assert_eq!(revoke(&kept, lost_device).await.unwrap().status(), StatusCode::NO_CONTENT);
    }
    for _ in 0..2 {
        let (status, told) = error(lost.get("/v1/changes?since=0&gen=x&seen=0.0").await).await;
        assert_eq!((status, told.code.as_str()), (StatusCode::UNAUTHORIZED, code::DEVICE_REVOKED));
        office.restart().await;
    }
    let devices: Devices = kept.get("/v1/devices").await.json().await.unwrap();
    let states: Vec<_> = devices.devices.iter().map(|d| (d.id == lost_device, d.this, d.revoked)).collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&(true, false, true)) && states.contains(&(false, true, false)), "{states:?}");
    // It may sign in, as another device: the wrap of the old cache is gone.
    let again = office.try_sign_in("priya@example.com", PASSWORD, Some(lost_device)).await;
    let again: Session = again.json().await.unwrap();
    assert_ne!((again.device, &again.wrap_key), (lost_device, &lost.session.wrap_key));
}

#[tokio::test]
async fn signing_out_and_ninety_unused_days_end_a_token() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let unused = office.sign_in("priya@example.com").await;
    let used = office.sign_in("priya@example.com").await;
    assert_eq!(desk.request(Method::DELETE, "/v1/session").send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(desk.get("/v1/session").await.status(), StatusCode::UNAUTHORIZED);
    office.clock.advance_ms(50 * DAY_MS);
    assert_eq!(used.get("/v1/session").await.status(), StatusCode::OK);
    office.clock.advance_ms(50 * DAY_MS);
    assert_eq!(used.get("/v1/session").await.status(), StatusCode::OK);
    let (status, told) = error(unused.get("/v1/session").await).await;
    assert_eq!((status, told.code.as_str()), (StatusCode::UNAUTHORIZED, code::DEVICE_REVOKED));
}

#[tokio::test]
async fn a_new_password_and_a_removal_sign_out_everywhere() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    office.admin(Request::SetPassword { member: "priya@example.com".into(), password: "another horse".into() }).await;
    assert_eq!(error(desk.get("/v1/session").await).await.1.code, code::DEVICE_REVOKED);
    let old = office.try_sign_in("priya@example.com", PASSWORD, None).await;
    assert_eq!(old.status(), StatusCode::UNAUTHORIZED);
    let new = office.try_sign_in("priya@example.com", "another horse", None).await;
    let desk = Desk::new(&office.url, new.json().await.unwrap());
    office.admin(Request::RemoveMember { member: "Priya Raman".into() }).await;
    assert_eq!(desk.get("/v1/session").await.status(), StatusCode::UNAUTHORIZED);
    let gone = office.try_sign_in("priya@example.com", "another horse", None).await;
    assert_eq!(gone.status(), StatusCode::UNAUTHORIZED);
}
