//! A finding in the AWS Security Finding Format.

use serde_json::{Value, json};

use super::{extensions, instance_id, product_fields, source};
use crate::{
    alert::{
        Alert, DecodeError, Detector, Place,
        capitals::uncapitalised,
        document::{found, list, text_of},
        guardduty,
        printable::{printable, printable_lines},
        text, time,
    },
    cloud::VpcId,
};

/// How the ARN of GuardDuty as a product of Security Hub ends.
const GUARDDUTY: &str = ":product/aws/guardduty";

/// What Security Hub's records are, and whether they are over.
const RECORD_STATES: [(&str, bool); 2] = [("ACTIVE", false), ("ARCHIVED", true)];

/// What people make of a finding, and whether it is over then.
const WORKFLOW_STATUSES: [(&str, bool); 4] = [
    ("NEW", false),
    ("NOTIFIED", false),
    ("RESOLVED", true),
    ("SUPPRESSED", true),
];

/// Reads a finding. The raw text is not filled in.
pub(super) fn decode(finding: &Value, may_lack_workflow: bool) -> Result<Alert, DecodeError> {
    let type_ = [&finding["Types"][0], &finding["FindingProviderFields"]["Types"][0]];
    let type_ = type_.map(text_of).into_iter().find(|it| !it.trim().is_empty());
    let type_ = type_.ok_or_else(|| not_there("kind", "/Types/0", "a text that is not empty"))?;
    let is_archived = state(finding, "/RecordState", &RECORD_STATES)?;
    let is_over = match state(finding, "/Workflow/Status", &WORKFLOW_STATUSES) {
        Err(DecodeError::NotThere { .. }) if may_lack_workflow => false,
        state => state?,
    };
    let service = product_fields::service(&finding["ProductFields"], "");
    let source = own_side(finding, &service);
    let kind = printable(type_.trim());
    let title = text_of(&finding["Title"]);
    let product = text_of(&finding["ProductName"]);
    let is_of_guardduty = text_of(&finding["ProductArn"]).ends_with(GUARDDUTY);
    let region = ["/Region", "/Resources/0/Region"].map(|at| finding.pointer(at).map(text_of).unwrap_or_default());
    let region = region.into_iter().find(|region| !region.is_empty()).unwrap_or_default();
    let told = |key: &str| time::read(text_of(&finding[key]));
    Ok(Alert {
        id: id(&finding["Id"], "/Id")?,
        detector: Detector::SecurityHub,
        title: text::title(title, &kind, &source.name),
        description: printable_lines(text_of(&finding["Description"])),
        severity: severity(&finding["Severity"]),
        time: told("LastObservedAt").or_else(|| told("UpdatedAt")),
        test: finding["Sample"] == true || guardduty::is_sample(&service["additionalInfo"], title),
        resolved: is_archived || is_over || service["archived"] == "true",
        source,
        place: Place {
            vpc: vpc(finding),
            ..Place::of(text_of(&finding["AwsAccountId"]), region)
        },
        extensions: extensions(product, type_, &service, is_of_guardduty),
        raw: String::new(),
        kind,
    })
}

/// What was seen: its kind, and an object an observation in the form of GuardDuty's.
pub(super) fn seen(finding: &Value) -> (String, Vec<Value>) {
    let told = uncapitalised(finding["Action"].clone());
    let service = product_fields::service(&finding["ProductFields"], "");
    // The format's own action has no place for an IPv6 address; the product's fields have, but not every product has such.
    let [own, products] = [&told, &service["action"]].map(guardduty::observations::seen);
    let (action, seen) = if remotes(&products) > remotes(&own) {
        (&service["action"], products)
    } else {
        (&told, own)
    };
    if remotes(&seen) == 0
        && let Some(connection) = connection(&finding["Network"])
    {
        return ("NETWORK_CONNECTION".to_owned(), vec![connection]);
    }
    let kind = text_of(&action["actionType"]).to_owned();
    (kind, seen.into_iter().cloned().collect())
}

/// How many remote addresses are named.
fn remotes(seen: &[&Value]) -> usize {
    let named = |seen: &&&Value| {
        let remote = &seen["remoteIpDetails"];
        !(text_of(&remote["ipAddressV4"]).is_empty() && text_of(&remote["ipAddressV6"]).is_empty())
    };
    seen.iter().filter(named).count()
}

/// `Network`, where products put a connection before there was `Action`. Without a direction it is not known who is who.
fn connection(network: &Value) -> Option<Value> {
    let side = |name: &str| {
        let address = |family: &str| text_of(&network[format!("{name}Ip{family}")]).to_owned();
        json!({ "ipAddressV4": address("V4"), "ipAddressV6": address("V6") })
    };
    let port = |name: &str| json!({ "port": network[format!("{name}Port")] });
    let (direction, remote, local) = match text_of(&network["Direction"]) {
        "IN" => ("INBOUND", "Source", "Destination"),
        "OUT" => ("OUTBOUND", "Destination", "Source"),
        _ => return None,
    };
    Some(json!({
        "connectionDirection": direction,
        "protocol": network["Protocol"],
        "remoteIpDetails": side(remote),
        "remotePortDetails": port(remote),
        "localIpDetails": side(local),
        "localPortDetails": port(local),
    }))
}

fn own_side(finding: &Value, service: &Value) -> crate::alert::Source {
    let resources = list(&finding["Resources"]);
    let is_instance = |resource: &&Value| resource["Type"] == "AwsEc2Instance";
    let instances = resources
        .iter()
        .filter(is_instance)
        .filter_map(|resource| instance_id(text_of(&resource["Id"])));
    let mut addresses = Vec::new();
    for resource in resources {
        let details = &resource["Details"];
        let instance = &details["AwsEc2Instance"];
        addresses.extend(list(&instance["IpV4Addresses"]));
        addresses.extend(list(&instance["IpV6Addresses"]));
        let interface = &details["AwsEc2NetworkInterface"];
        addresses.push(&interface["PublicIp"]);
        addresses.extend(
            list(&interface["PrivateIpAddresses"])
                .iter()
                .map(|it| &it["PrivateIpAddress"]),
        );
        addresses.extend(list(&interface["IpV6Addresses"]).iter().map(|it| &it["IpV6Address"]));
    }
    let told = [uncapitalised(finding["Action"].clone()), service["action"].clone()];
    let local: Vec<_> = told.iter().flat_map(guardduty::observations::seen).collect();
    let local = local.iter().map(|seen| &seen["localIpDetails"]);
    addresses.extend(local.flat_map(|local| [&local["ipAddressV4"], &local["ipAddressV6"]]));
    let connection = connection(&finding["Network"]).unwrap_or_default();
    let local = &connection["localIpDetails"];
    addresses.extend([&local["ipAddressV4"], &local["ipAddressV6"]]);
    let first_type = resources.first().map(|resource| text_of(&resource["Type"]));
    source(
        instances,
        first_type.unwrap_or_default(),
        addresses.into_iter().map(text_of),
    )
}

/// The VPC of all instances. If they are in several, none: to take one would be a guess.
fn vpc(finding: &Value) -> Option<String> {
    let vpcs = list(&finding["Resources"]).iter();
    let vpcs = vpcs.filter_map(|resource| resource.pointer("/Details/AwsEc2Instance/VpcId")?.as_str());
    match text::unique(vpcs).as_slice() {
        [vpc] if vpc.parse::<VpcId>().is_ok() => Some((*vpc).to_owned()),
        _ => None,
    }
}

/// The number if it lies in the band of the label: some products' numbers don't, and the label is what the console shows and people change.
fn severity(severity: &Value) -> Option<u8> {
    let number = severity["Normalized"].as_u64().and_then(|it| u8::try_from(it).ok());
    let (band, middle) = match text_of(&severity["Label"]) {
        "INFORMATIONAL" => (0..=0, 0),
        "LOW" => (1..=39, 20),
        "MEDIUM" => (40..=69, 55),
        "HIGH" => (70..=89, 80),
        "CRITICAL" => (90..=100, 95),
        _ => return number.filter(|number| *number <= 100),
    };
    Some(number.filter(|number| band.contains(number)).unwrap_or(middle))
}

/// Whether a state means that a finding is over.
fn state(finding: &Value, at: &str, states: &[(&str, bool)]) -> Result<bool, DecodeError> {
    let words: Vec<_> = states.iter().map(|(word, _)| format!("`{word}`")).collect();
    let expected = words.join(" or ");
    let value = finding
        .pointer(at)
        .filter(|value| !value.is_null())
        .ok_or_else(|| not_there("state", at, &expected))?;
    let known = states.iter().find(|(word, _)| value == word);
    known.map(|(_, is_over)| *is_over).ok_or_else(|| DecodeError::Unfit {
        what: "state",
        pointer: at.to_owned(),
        found: shown(value),
        expected,
    })
}

/// What an error repeats of a value.
pub(super) fn shown(value: &Value) -> String {
    match value.as_str() {
        Some(text) => format!("`{}`", printable(&text.chars().take(40).collect::<String>())),
        None => found(value).to_owned(),
    }
}

pub(super) fn not_there(what: &'static str, at: &str, expected: &str) -> DecodeError {
    DecodeError::NotThere {
        what,
        pointer: at.to_owned(),
        expected: expected.to_owned(),
    }
}

/// The product's own id of a finding: most often an ARN.
pub(super) fn id(value: &Value, at: &str) -> Result<String, DecodeError> {
    /// The most characters that Security Hub gives an id.
    const LONGEST: usize = 512;
    const EXPECTED: &str = "a text of 1 to 512 characters";
    let id = value.as_str().map(str::trim);
    match id {
        Some(id) if (1..=LONGEST).contains(&id.chars().count()) => Ok(printable(id)),
        None if value.is_null() => Err(not_there("id", at, EXPECTED)),
        _ => Err(DecodeError::Unfit {
            what: "id",
            pointer: at.to_owned(),
            found: shown(value),
            expected: EXPECTED.to_owned(),
        }),
    }
}
