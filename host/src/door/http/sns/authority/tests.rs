//! Whom the authorities vouch for, and whom not.

use rstest::rstest;

use super::*;
use crate::text::with_causes;

const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:alerts";
const ROOT: &[u8] = include_bytes!("../../../../../../tests/certificates/sns/root.pem");
const GENUINE: &str = include_str!("../../../../../../tests/certificates/sns/genuine.pem");
const VERSION_1: &[u8] = include_bytes!("../../../../../../tests/certificates/sns/version-1.json");

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn check(pem: &str, signed: &Signed) -> Result<(), NotTrusted> {
    let home = Home::of(TOPIC).unwrap();
    let authority = Authority::of(ROOT).unwrap();
    authority.check(pem.as_bytes(), signed, home, at("2026-03-01T12:00:00Z"))
}

fn why(pem: &str) -> String {
    with_causes(&check(pem, &Signed::read(VERSION_1).unwrap()).unwrap_err())
}

#[test]
fn what_the_test_authority_signed_is_believed() {
    check(GENUINE, &Signed::read(VERSION_1).unwrap()).unwrap();
}

#[rstest]
#[case::message(|signed: &mut Signed| signed.text = signed.text.replace("Excessive", "Excessivf"))]
#[case::one_byte_of_the_signature(|signed: &mut Signed| signed.signature[100] ^= 1)]
#[case::a_short_signature(|signed: &mut Signed| signed.signature.truncate(255))]
#[case::no_signature(|signed: &mut Signed| signed.signature.clear())]
#[case::the_other_version(|signed: &mut Signed| signed.version = SignatureVersion::Sha256)]
#[case::a_line_more(|signed: &mut Signed| signed.text.push_str("Type\nNotification\n"))]
fn what_was_changed_afterwards_is_not(#[case] change: fn(&mut Signed)) {
    let mut signed = Signed::read(VERSION_1).unwrap();
    let before = signed.text.clone();
    change(&mut signed);
    let refused = check(GENUINE, &signed);
    assert!(
        matches!(refused, Err(NotTrusted::Signature)),
        "{refused:?} {}",
        before == signed.text
    );
}

#[test]
fn each_certificate_that_is_not_sns_own_is_refused_for_its_own_reason() {
    let told = [
        why(include_str!("../../../../../../tests/certificates/sns/expired.pem")),
        why(include_str!("../../../../../../tests/certificates/sns/not-yet.pem")),
        why(include_str!("../../../../../../tests/certificates/sns/cut-chain.pem")),
        why(include_str!("../../../../../../tests/certificates/sns/stranger.pem")),
        why(include_str!("../../../../../../tests/certificates/sns/other-name.pem")),
        why(include_str!(
            "../../../../../../tests/certificates/sns/other-region.pem"
        )),
        why(include_str!("../../../../../../tests/certificates/sns/for-clients.pem")),
        why(include_str!("../../../../../../tests/certificates/sns/elliptic.pem")),
        why(include_str!("../../../../../../tests/certificates/sns/short.pem")),
        why(include_str!("../../../../../../tests/certificates/sns/root.pem")),
        why(""),
        why("-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n"),
        why("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        why(&GENUINE.repeat(5)),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
the certificate that it is signed by, or one above it, expired at 2021-01-01T00:00:00Z
the certificate that it is signed by, or one above it, is not valid before 2048-01-01T00:00:00Z
no authority that is trusted issued the certificate that it is signed by: those are Amazon's own, or the ones that door.sns.roots has
no authority that is trusted issued the certificate that it is signed by: those are Amazon's own, or the ones that door.sns.roots has
the certificate that it is signed by is not SNS's in the topic's region, where it is named sns.amazonaws.com or sns.eu-west-1.amazonaws.com or sns-signing.eu-west-1.amazonaws.com or sns-eu-west-1.amazonaws.com
the certificate that it is signed by is not SNS's in the topic's region, where it is named sns.amazonaws.com or sns.eu-west-1.amazonaws.com or sns-signing.eu-west-1.amazonaws.com or sns-eu-west-1.amazonaws.com
the certificate that it is signed by is not one of a server
its Signature does not fit: somebody changed the message, or another than SNS signed it
its Signature does not fit: somebody changed the message, or another than SNS signed it
the certificate that it is signed by is not SNS's in the topic's region, where it is named sns.amazonaws.com or sns.eu-west-1.amazonaws.com or sns-signing.eu-west-1.amazonaws.com or sns-eu-west-1.amazonaws.com
what is at its SigningCertURL is no certificate in PEM
what is at its SigningCertURL is no certificate in PEM
what is at its SigningCertURL is no certificate in PEM
at its SigningCertURL there are more than 8 certificates
"#);
}

/// A certificate that SNS signs with in the region af-south-1, as it served it in October 2026.
#[test]
fn amazons_own_certificate_is_trusted_in_its_region_and_in_its_time() {
    let pem = include_bytes!("../../../../../../tests/certificates/sns/amazons-own.pem");
    let signed = Signed::read(VERSION_1).unwrap();
    let amazon = Authority::amazon().unwrap();
    let check = |region: &str, time| {
        let topic = format!("arn:aws:sns:{region}:111122223333:alerts");
        amazon
            .check(pem, &signed, Home::of(&topic).unwrap(), at(time))
            .unwrap_err()
    };
    // The message is not signed by it, and only that is wrong.
    assert!(matches!(
        check("af-south-1", "2026-10-02T18:00:00Z"),
        NotTrusted::Signature
    ));
    assert!(matches!(
        check("eu-west-1", "2026-10-02T18:00:00Z"),
        NotTrusted::OtherName(_)
    ));
    assert!(matches!(
        check("af-south-1", "2027-10-02T18:00:00Z"),
        NotTrusted::Expired(_)
    ));
    assert!(matches!(
        check("af-south-1", "2026-01-02T18:00:00Z"),
        NotTrusted::NotYet(_)
    ));
}

#[test]
fn by_amazon_nobody_else_is_trusted() {
    let home = Home::of(TOPIC).unwrap();
    let signed = Signed::read(VERSION_1).unwrap();
    let refused = Authority::amazon()
        .unwrap()
        .check(GENUINE.as_bytes(), &signed, home, at("2026-03-01T12:00:00Z"));
    assert!(matches!(refused, Err(NotTrusted::UnknownIssuer)), "{refused:?}");
}

#[test]
fn authorities_that_can_not_be_read_are_none() {
    assert!(matches!(Authority::of(b""), Err(AuthorityError::Empty)));
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(
        Authority::of(broken),
        Err(AuthorityError::Broken { number: 1, .. })
    ));
}
