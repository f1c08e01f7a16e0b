//! Whom it blocks, and where: in the right ACLs, of either family, never a private address.

use quell_tests::attack::Attack;

use crate::stage_of;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_address_on_two_network_acls_is_blocked_on_both_and_ends_on_each_for_itself() {
    let offender = [("203.0.113.7", 100)];
    let attacks = [Attack::new(1, &offender), Attack::new(2, &offender)];
    let stage = stage_of(&attacks, "").await;
    let (web, database) = (&stage.scene.web, &stage.scene.database);
    let before = stage.entries(&database.acl).unwrap();
    let _daemon = stage.quell.serve().unwrap();
    stage.act(&stage.on(web, &attacks[0])).await.unwrap();
    stage.act(&stage.on(database, &attacks[1])).await.unwrap();
    let lets_in = || [web, database].map(|place| stage.lets_in(&place.acl, "203.0.113.7").unwrap());
    assert_eq!(lets_in(), [false, false]);

    let holds = stage.holds().await.unwrap();
    assert_eq!(holds.len(), 2, "{holds:?}");
    let on_web = holds.iter().find(|hold| hold.target.acl() == Some(&web.acl)).unwrap();
    stage.release(on_web.id).await.unwrap();
    assert_eq!(lets_in(), [true, false]);
    let on_database = holds
        .iter()
        .find(|hold| hold.target.acl() == Some(&database.acl))
        .unwrap();
    stage.release(on_database.id).await.unwrap();
    assert_eq!(lets_in(), [true, true]);
    assert!(stage.new_entries().unwrap().is_empty());
    assert_eq!(stage.entries(&database.acl).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_with_an_ipv6_address_only_is_blocked_like_any_other() {
    let attack = Attack::new(1, &[("2001:db8:bad:cafe::66", 100)]);
    let stage = stage_of(std::slice::from_ref(&attack), "").await;
    let _daemon = stage.quell.serve().unwrap();
    stage.act(&stage.on_web(&attack)).await.unwrap();
    assert_eq!(
        stage.new_entries().unwrap(),
        ["99 deny 2001:db8:bad:cafe::66/128 ingress"]
    );
    let lets_in = |remote| stage.lets_in(&stage.scene.web.acl, remote).unwrap();
    assert!(!lets_in("2001:db8:bad:cafe::66"));
    assert!(lets_in("2001:db8:bad:cafe::67") && lets_in("203.0.113.7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_address_is_not_blocked_and_it_is_said_why() {
    let attack = Attack::new(1, &[("10.77.0.9", 1000), ("203.0.113.7", 100)]);
    let stage = stage_of(std::slice::from_ref(&attack), "").await;
    let _daemon = stage.quell.serve().unwrap();
    let report = stage.act(&stage.on_web(&attack)).await.unwrap();
    assert_eq!(stage.new_entries().unwrap(), ["99 deny 203.0.113.7/32 ingress"]);
    assert!(stage.lets_in(&stage.scene.web.acl, "10.77.0.9").unwrap());
    let summary = report["summary"].as_str().unwrap();
    assert!(summary.contains("10.0.0.0/8"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twelve_offenders_in_turn_are_all_blocked_and_all_let_go() {
    let addresses: Vec<_> = (1..=12).map(|number| format!("203.0.113.{}", 20 * number)).collect();
    let attacks: Vec<_> = (1..)
        .zip(&addresses)
        .map(|(id, address)| Attack::new(id, &[(address, 100)]))
        .collect();
    let stage = stage_of(&attacks, "").await;
    let _daemon = stage.quell.serve().unwrap();
    for attack in &attacks {
        stage.act(&stage.on_web(attack)).await.unwrap();
    }
    assert_eq!(stage.new_entries().unwrap().len(), 12);
    for address in &addresses {
        assert!(!stage.lets_in(&stage.scene.web.acl, address).unwrap(), "{address}");
    }
    for hold in stage.holds().await.unwrap() {
        stage.release(hold.id).await.unwrap();
    }
    assert!(stage.new_entries().unwrap().is_empty());
}
