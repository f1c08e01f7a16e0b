//! A finding in the Open Cybersecurity Schema Framework: a Detection Finding (class 2004), or another class of its category Findings.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    asff::{id, not_there, shown},
    extensions, instance_id, product_fields, source,
};
use crate::{
    alert::{
        Alert, DecodeError, Detector, Place,
        document::{list, text_of},
        guardduty,
        printable::{printable, printable_lines},
        text, time,
    },
    cloud::VpcId,
};

/// OCSF's category Findings: its classes are 2001 to 2099.
const FINDINGS: std::ops::RangeInclusive<u64> = 2001..=2099;

/// Where Security Hub keeps what it found no place for in OCSF.
const UNMAPPED: &str = "ProductFields.";

/// `status_id`, `status`, and whether a finding is over then.
const STATUSES: [(u64, &str, bool); 6] = [
    (1, "New", false),
    (2, "In Progress", false),
    (3, "Suppressed", true),
    (4, "Resolved", true),
    (5, "Archived", true),
    (6, "Deleted", true),
];

/// `activity_id` of a finding that is closed by this very event.
const CLOSE: u64 = 3;

/// Reads a finding. The raw text is not filled in.
pub(super) fn decode(finding: &Value) -> Result<Alert, DecodeError> {
    if !finding["class_uid"]
        .as_u64()
        .is_some_and(|class| FINDINGS.contains(&class))
    {
        return Err(DecodeError::NotAnAlert {
            found: "an event of OCSF that is no finding (its class_uid is not of the category Findings)",
            remedy: "send Detection Findings, class_uid 2004",
        });
    }
    let info = &finding["finding_info"];
    let service = service(finding);
    let unmapped = &finding["unmapped"];
    let title = text_of(&info["title"]);
    let type_ = [text_of(&info["types"][0]), title]
        .into_iter()
        .find(|it| !it.trim().is_empty());
    let type_ = type_.ok_or_else(|| not_there("kind", "/finding_info/types/0", "a text that is not empty"))?;
    let kind = printable(type_.trim());
    let source = own_side(finding);
    let product = &finding["metadata"]["product"];
    let is_of_guardduty =
        product["name"] == "GuardDuty" || text_of(&product["uid"]).ends_with(":product/aws/guardduty");
    let mut extensions = extensions(text_of(&product["name"]), type_, &service, is_of_guardduty);
    if let (Some(role), true) = (role(finding), is_of_guardduty) {
        extensions.insert("guardduty-resource-role".to_owned(), role.to_owned());
    }
    if is_of_guardduty && !extensions.contains_key("guardduty-action") {
        extensions.extend(action(finding).map(|action| ("guardduty-action".to_owned(), action.to_owned())));
    }
    let cloud = &finding["cloud"];
    Ok(Alert {
        id: id(&info["uid"], "/finding_info/uid")?,
        detector: Detector::SecurityHub,
        title: text::title(title, &kind, &source.name),
        description: printable_lines(text_of(&info["desc"])),
        severity: finding["severity_id"].as_u64().and_then(severity),
        time: last_seen(finding),
        test: says(&unmapped["Sample"], "true")
            || finding["metadata"]["is_sample"] == true
            || guardduty::is_sample(&service["additionalInfo"], title),
        resolved: is_over(finding)? || says(&service["archived"], "true"),
        source,
        place: Place {
            vpc: vpc(finding),
            ..Place::of(text_of(&cloud["account"]["uid"]), text_of(&cloud["region"]))
        },
        extensions,
        raw: String::new(),
        kind,
    })
}

/// What was seen: its kind, and an object an observation in the form of GuardDuty's.
pub(super) fn seen(finding: &Value) -> (String, Vec<Value>) {
    let own: Vec<_> = own_addresses(finding).into_iter().map(str::to_owned).collect();
    let service = service(finding);
    let kind = match text_of(&service["action"]["actionType"]) {
        "" => action(finding).unwrap_or_default(),
        kind => kind,
    };
    let seen: Vec<_> = list(&finding["evidences"])
        .iter()
        .filter_map(|evidence| connection(evidence, &own))
        .collect();
    if seen.is_empty() {
        let told = guardduty::observations::seen(&service["action"]);
        return (kind.to_owned(), told.into_iter().cloned().collect());
    }
    (kind.to_owned(), seen)
}

/// Who is who in an evidence. The remote side is the source of what comes in and the destination of what goes out; where no direction is given, an own address
/// tells.
fn connection(evidence: &Value, own: &[String]) -> Option<Value> {
    let (from, to) = (&evidence["src_endpoint"], &evidence["dst_endpoint"]);
    let is_own = |end: &Value| own.iter().any(|own| own == text_of(&end["ip"])) || !end["instance_uid"].is_null();
    let direction = match evidence["connection_info"]["direction_id"].as_u64() {
        Some(1) => "INBOUND",
        Some(2) => "OUTBOUND",
        _ if is_own(from) => "OUTBOUND",
        _ if is_own(to) => "INBOUND",
        _ => "UNKNOWN",
    };
    let (remote, local) = if direction == "OUTBOUND" {
        (to, from)
    } else {
        (from, to)
    };
    if text_of(&remote["ip"]).is_empty() || is_own(remote) {
        return None;
    }
    let side = |end: &Value| {
        let address = text_of(&end["ip"]);
        let family = if address.contains(':') {
            "ipAddressV6"
        } else {
            "ipAddressV4"
        };
        if address.is_empty() {
            json!({})
        } else {
            json!({ family: address })
        }
    };
    Some(json!({
        "connectionDirection": direction,
        "remoteIpDetails": side(remote),
        "remotePortDetails": { "port": remote["port"] },
        "localIpDetails": side(local),
        "localPortDetails": { "port": local["port"] },
    }))
}

fn own_side(finding: &Value) -> crate::alert::Source {
    let resources = list(&finding["resources"]);
    let of_resources = resources.iter().map(|resource| text_of(&resource["uid"]));
    let ends = list(&finding["evidences"])
        .iter()
        .flat_map(|evidence| [&evidence["src_endpoint"], &evidence["dst_endpoint"]])
        .map(|end| text_of(&end["instance_uid"]));
    let mut instances = of_resources.filter_map(instance_id).peekable();
    let first_type = resources.first().map(|resource| text_of(&resource["type"]));
    let first_type = first_type.unwrap_or_default();
    let addresses = own_addresses(finding).into_iter();
    if instances.peek().is_some() {
        return source(instances, first_type, addresses);
    }
    source(ends.filter_map(instance_id), first_type, addresses)
}

/// The addresses of the instances that a finding is about.
fn own_addresses(finding: &Value) -> Vec<&str> {
    let mut addresses = Vec::new();
    for resource in list(&finding["resources"]) {
        addresses.push(&resource["ip"]);
        addresses.push(&resource["device"]["ip"]);
        let details = &resource["data"];
        for instance in [&details["AwsEc2Instance"], &details["awsEc2Instance"]] {
            for key in ["IpV4Addresses", "IpV6Addresses", "ipV4Addresses", "ipV6Addresses"] {
                addresses.extend(list(&instance[key]));
            }
        }
    }
    for evidence in list(&finding["evidences"]) {
        let ends = [&evidence["src_endpoint"], &evidence["dst_endpoint"]];
        addresses.extend(
            ends.iter()
                .filter(|end| !end["instance_uid"].is_null())
                .map(|end| &end["ip"]),
        );
        match evidence["connection_info"]["direction_id"].as_u64() {
            Some(1) => addresses.push(&evidence["dst_endpoint"]["ip"]),
            Some(2) => addresses.push(&evidence["src_endpoint"]["ip"]),
            _ => {}
        }
    }
    addresses.into_iter().map(text_of).filter(|it| !it.is_empty()).collect()
}

fn vpc(finding: &Value) -> Option<String> {
    let of_resources = list(&finding["resources"]).iter().flat_map(|resource| {
        let details = &resource["data"];
        [
            &details["AwsEc2Instance"]["VpcId"],
            &details["awsEc2Instance"]["vpcId"],
            &resource["device"]["vpc_uid"],
        ]
    });
    let of_ends = list(&finding["evidences"]).iter().flat_map(|evidence| {
        [
            &evidence["src_endpoint"]["vpc_uid"],
            &evidence["dst_endpoint"]["vpc_uid"],
        ]
    });
    let vpcs = of_resources.chain(of_ends).filter_map(Value::as_str);
    match text::unique(vpcs).as_slice() {
        [vpc] if vpc.parse::<VpcId>().is_ok() => Some((*vpc).to_owned()),
        _ => None,
    }
}

/// GuardDuty's `service`, as far as it is among what Security Hub found no place for.
fn service(finding: &Value) -> Value {
    product_fields::service(&finding["unmapped"], UNMAPPED)
}

/// GuardDuty's word for the part that the instance has.
fn role(finding: &Value) -> Option<&'static str> {
    let roles = list(&finding["resources"]).iter();
    roles
        .filter(|resource| instance_id(text_of(&resource["uid"])).is_some())
        .find_map(
            |resource| match (resource["role_id"].as_u64(), text_of(&resource["role"])) {
                (Some(1), _) | (None, "Target") => Some("TARGET"),
                (Some(2), _) | (None, "Actor") => Some("ACTOR"),
                _ => None,
            },
        )
}

/// GuardDuty's word for what was seen, where the finding does not say it.
fn action(finding: &Value) -> Option<&'static str> {
    list(&finding["evidences"]).iter().find_map(|evidence| {
        let has = |key: &str| evidence.get(key).is_some_and(|value| !value.is_null());
        match () {
            () if has("query") => Some("DNS_REQUEST"),
            () if has("api") => Some("AWS_API_CALL"),
            () if has("connection_info") || has("dst_endpoint") => Some("NETWORK_CONNECTION"),
            () => None,
        }
    })
}

fn severity(id: u64) -> Option<u8> {
    match id {
        1 => Some(0),
        2 => Some(20),
        3 => Some(55),
        4 => Some(80),
        5 => Some(95),
        6 => Some(100),
        _ => None,
    }
}

/// When it was seen last, or else when it was told. Milliseconds, or a text beside them.
fn last_seen(finding: &Value) -> Option<Timestamp> {
    let info = &finding["finding_info"];
    let of_number = |value: &Value| Timestamp::from_millisecond(value.as_i64().filter(|it| *it >= 0)?).ok();
    of_number(&info["last_seen_time"])
        .or_else(|| time::read(text_of(&info["last_seen_time_dt"])))
        .or_else(|| of_number(&finding["time"]))
        .or_else(|| time::read(text_of(&finding["time_dt"])))
}

/// Whether it is known to be over; an error if that is not known.
fn is_over(finding: &Value) -> Result<bool, DecodeError> {
    let (id, word) = (&finding["status_id"], text_of(&finding["status"]));
    let by_id = STATUSES.iter().find(|(known, ..)| id.as_u64() == Some(*known));
    let by_word = STATUSES.iter().find(|(_, known, _)| known.eq_ignore_ascii_case(word));
    if by_id.or(by_word).is_none() {
        const EXPECTED: &str = "the status_id of a finding (1 to 6), or its status in words";
        if id.is_null() && word.is_empty() {
            return Err(not_there("state", "/status_id", EXPECTED));
        }
        return Err(DecodeError::Unfit {
            what: "state",
            pointer: if id.is_null() { "/status" } else { "/status_id" }.to_owned(),
            found: if id.is_null() {
                shown(&finding["status"])
            } else {
                format!("`{id}`")
            },
            expected: EXPECTED.to_owned(),
        });
    }
    let unmapped = &finding["unmapped"];
    let said_to_be_over = [by_id, by_word].into_iter().flatten().any(|(.., is_over)| *is_over);
    Ok(said_to_be_over
        || finding["activity_id"].as_u64() == Some(CLOSE)
        || says(&unmapped["RecordState"], "ARCHIVED")
        || says(&unmapped["WorkflowState"], "RESOLVED")
        || says(&unmapped["WorkflowState"], "SUPPRESSED")
        || says(&unmapped["Workflow.Status"], "RESOLVED")
        || says(&unmapped["Workflow.Status"], "SUPPRESSED"))
}

fn says(value: &Value, word: &str) -> bool {
    text_of(value).eq_ignore_ascii_case(word) || (word == "true" && *value == true)
}
