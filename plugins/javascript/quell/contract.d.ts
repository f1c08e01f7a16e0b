// The contract between Quell and its plugins, made from the files in `wit/`. Not to be edited: `INSTA_UPDATE=always cargo test --test languages`
// writes it anew. Times, which the contract has as 64-bit integers, are numbers here.

/** A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted. */
export type Instant = number;

/** Something a later version of this contract, or one detector, has to add. Ignore a name you don't know. */
export interface Extension {
  /** The name: lower case, words joined by `-`, for example `guardduty-count`. */
  name: string;
  /** The value as text. What it means is documented with the name. */
  value: string;
}

/** The device of the customer that an alert is about. */
export interface AlertSource {
  /**
   * The detector's name for it: an instance id, an address, a host name, or a word such as `Network` when no
   * one device is meant. May be given to `facts.get-instance` as it is.
   */
  name: string;
  /** Its addresses, IPv4 and IPv6, each without a prefix length. May be empty. */
  addresses: string[];
  /** Its host names. May be empty. */
  hostNames: string[];
}

/** One notice of a detector, decoded by the host into one shape for all detectors. */
export interface Alert {
  /**
   * The detector's own id of the alert, for example `6125`. Unique for one detector, not between detectors. A detector may
   * send the same alert again: that is a re-offence, not a duplicate.
   */
  id: string;
  /** Which detector raised it: `stealthwatch-cloud` or `guardduty`. */
  detector: string;
  /** The detector's own name of what happened, for example `Excessive Access Attempts (External)`. */
  kind: string;
  /** One line for a person: what happened, on what. */
  title: string;
  /** The detector's longer text, or empty. */
  description: string;
  /** How bad the detector says it is, from 0 to 100. None if it does not say. */
  severity?: number;
  /** When the thing that the alert is about happened. None if the detector does not say or what it says is not a time. */
  time?: Instant;
  /** True if this alert only tests the channel. The host refuses every remediation of such an alert; decline it. */
  test: boolean;
  /** True if the alert is closed already. The host refuses every remediation of such an alert; decline it. */
  resolved: boolean;
  /** The customer's own side of the alert: what is attacked, or what attacks others. Never an attacker from outside. */
  source: AlertSource;
  /** The AWS account it concerns, 12 digits, if the detector names one. */
  account?: string;
  /** The AWS region it concerns, for example `eu-west-1`, if the detector names one. */
  region?: string;
  /** The VPC it concerns, for example `vpc-0a1b2c3d`, if the detector names one. */
  vpc?: string;
  /** The alert exactly as the detector sent it: JSON text. */
  raw: string;
  /** See `extension`. */
  extensions: Extension[];
}

/** What the host asks a plugin to decide on. The answer may depend on this, and on the facts asked for, and on nothing else. */
export interface Request {
  /** The alert. */
  alert: Alert;
  /** The plugin's settings from `quell.toml`: the text of a JSON object, which `validate-settings` accepted. `{}` if none were given. */
  settings: string;
  /** What time it is. There is no other clock. */
  now: Instant;
  /** See `extension`. */
  extensions: Extension[];
}

/** A reason to do nothing. */
export interface Abstention {
  /** One sentence for a person, never empty: `alert 6125 is resolved`. */
  reason: string;
  /** As in `proposal`. */
  notes: string[];
  /** See `extension`. */
  extensions: Extension[];
}

/** When a remediation ends. */
export type End =
  /** So many seconds after it is carried out. At least 1. A later alert that asks for the same extends it. */
  | { tag: 'seconds'; val: number }
  /** When a person releases it, and not before. */
  | { tag: 'released' };

/** Which way traffic flows, as seen from the subnet. */
export type Direction =
  /** Into the subnet. */
  | 'ingress'
  /** Out of the subnet. */
  | 'egress'
  /** Either way: two denies, each with room of its own to find. */
  | 'both';

/** The network ACL that a block is for, by what it protects. */
export type BlockPlace =
  /** The ACLs of all subnets in which this instance has an interface. An instance id. */
  | { tag: 'instance'; val: string }
  /** The ACL of this subnet. A subnet id. */
  | { tag: 'subnet'; val: string }
  /** This ACL. A network ACL id. */
  | { tag: 'network-acl'; val: string };

/** Deny a remote prefix where traffic enters or leaves a subnet. A deny also cuts flows that are established already. */
export interface Block {
  /** Who to block, in CIDR notation, with no host bits set: `203.0.113.7/32`, `2001:db8:1::/64`. */
  prefix: string;
  /** Which way. */
  direction: Direction;
  /** Where. */
  at: BlockPlace;
  /** See `extension`. */
  extensions: Extension[];
}

/** Cut an instance off. A change of security groups does not end flows that are tracked already. */
export interface Isolate {
  /** The instance id. */
  instance: string;
  /** The security groups that every interface shall have instead of its own, by id. Empty means the host's own choice. */
  securityGroups: string[];
  /** See `extension`. */
  extensions: Extension[];
}

/** Ports, both ends included. For ICMP: type and code, as EC2 has it. */
export interface PortRange {
  /** The first port. */
  first: number;
  /** The last port. */
  last: number;
}

/** Take one ingress rule out of a security group. */
export interface RevokeIngress {
  /** The security group id. */
  securityGroup: string;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `-1` for all. */
  protocol: string;
  /** The ports of the rule. None where the protocol has no ports or the rule is for all. */
  ports?: PortRange;
  /** Whom the rule lets in: a prefix in CIDR notation, a security group id, or a prefix list id. */
  peer: string;
  /** See `extension`. */
  extensions: Extension[];
}

/** A change of an instance's state. */
export type StateChange =
  /** Stop it. Memory and instance store are lost. Taken back by a start. */
  | 'stop'
  /** Start it. Taken back by a stop. */
  | 'start'
  /** Reboot it. Can't be taken back. */
  | 'reboot';

/** Change what state an instance is in. */
export interface SetInstanceState {
  /** The instance id. */
  instance: string;
  /** What to do to it. */
  change: StateChange;
  /** See `extension`. */
  extensions: Extension[];
}

/** An action by name. A host that does not know the name refuses it and says so. */
export interface Custom {
  /** The name: lower case, words joined by `-`. */
  name: string;
  /** Its parameters: the text of a JSON object. */
  parameters: string;
}

/** What can be done. An action that this host can't carry out is refused by its name; the others of the same decision go on. */
export type Action =
  /** Deny a remote prefix at a network ACL. */
  | { tag: 'block'; val: Block }
  /** Cut an instance off by replacing the security groups of its interfaces. */
  | { tag: 'isolate'; val: Isolate }
  /** Take one ingress rule out of a security group. */
  | { tag: 'revoke-ingress'; val: RevokeIngress }
  /** Stop, start or reboot an instance. */
  | { tag: 'set-instance-state'; val: SetInstanceState }
  /** Anything that this version of the contract has no word for. */
  | { tag: 'custom'; val: Custom };

/**
 * One thing to be done, kept for a time and then taken back.
 *
 * The host checks every field, and refuses what its guards do not allow. A refusal never fails the other remediations.
 */
export interface Remediation {
  /** What to do. */
  action: Action;
  /** One sentence for a person, never empty: why this, to this target. It is kept with the hold and shown in every listing. */
  reason: string;
  /** How sure the plugin is, from 0 (a guess) to 100 (certain). When room is short, the surer block wins. */
  confidence: number;
  /** When the host takes it back. */
  until: End;
  /** See `extension`. */
  extensions: Extension[];
}

/** Remediations that a plugin asks for. */
export interface Proposal {
  /** At least one, in the order of their importance: if the host's bound on their number is exceeded it refuses all of them. */
  remediations: Remediation[];
  /** What else a person who reads the decision should know, one sentence each: an address that was skipped, and why. */
  notes: string[];
  /** See `extension`. */
  extensions: Extension[];
}

/** What a plugin answers. */
export type Decision =
  /** Do these. */
  | { tag: 'remediate'; val: Proposal }
  /** Do nothing, and say why. This is a good answer, not an error. */
  | { tag: 'nothing'; val: Abstention };

/** Why a plugin could not decide. To decline is no failure: see `decision.nothing`. */
export type Failure =
  /** The settings can't be used, though `validate-settings` took them. */
  | { tag: 'settings'; val: string }
  /** A fact that the decision needs could not be had. The host keeps the alert and may try it again. */
  | { tag: 'facts'; val: string }
  /** The alert can't be understood. */
  | { tag: 'alert'; val: string }
  /** Anything else. */
  | { tag: 'other'; val: string };

/** What a plugin says of itself. */
export interface Description {
  /** Its name: lower case, words joined by `-`. */
  name: string;
  /** Its own version, for example `0.1.0`. */
  version: string;
  /** One line: what it does. */
  summary: string;
  /** The kinds of action it may ask for, by their names in `action`: `block`. The host's configuration must allow each. */
  actions: string[];
  /** The facts that it may ask for, by the names of the functions without `get-`: `observations`. */
  facts: string[];
  /** A JSON Schema of its settings, as text. Say the default of every setting there. */
  settingsSchema: string;
  /** See `extension`. */
  extensions: Extension[];
}

/** One thing that is wrong with settings. */
export interface SettingsProblem {
  /** Which setting, as a JSON pointer: `/failed-attempts`. Empty for the settings as a whole. */
  path: string;
  /** What is wrong, and what would be right. */
  message: string;
}

/** Why there is no answer. */
export type FactError =
  /** There is no such thing, as far as the host can see. The text says where it looked. */
  | { tag: 'not-known'; val: string }
  /** The host may not ask: its AWS or API permissions do not allow it, or it is not configured to. The text says which. */
  | { tag: 'not-permitted'; val: string }
  /** The source of the fact did not answer, or not with something usable. It may answer later. */
  | { tag: 'unavailable'; val: string }
  /** Anything else. */
  | { tag: 'other'; val: string };

/** One thing that the detector saw and that led to the alert. The attacker's address is here, not in the alert. */
export interface Observation {
  /** The detector's id of it. */
  id: string;
  /** The detector's name of this kind of observation, or empty. */
  kind: string;
  /** When it was seen. None if the detector does not say or what it says is not a time. */
  time?: Instant;
  /** The observation exactly as the detector has it: the text of a JSON object. */
  raw: string;
  /** See `extension`. */
  extensions: Extension[];
}

/** A network interface of an instance. */
export interface NetworkInterface {
  /** Its id, for example `eni-0a1b2c3d`. */
  id: string;
  /** The id of the subnet it is in. */
  subnet: string;
  /** The id of the VPC it is in. */
  vpc: string;
  /** All its addresses, private and public, IPv4 and IPv6. */
  addresses: string[];
  /** The ids of its security groups. */
  securityGroups: string[];
}

/** A tag. */
export interface Tag {
  /** Its key. */
  key: string;
  /** Its value, which may be empty. */
  value: string;
}

/** An EC2 instance. */
export interface Instance {
  /** The instance id, for example `i-0a1b2c3d4e5f60718`. */
  id: string;
  /** Its state, as EC2 says it: `running`, `stopped`, … */
  state: string;
  /** Its VPC's id. None for an instance that was terminated. */
  vpc?: string;
  /** Its DNS names, private and public. */
  hostNames: string[];
  /** Its network interfaces, by device index. */
  interfaces: NetworkInterface[];
  /** Its tags, by key. */
  tags: Tag[];
  /** See `extension`. */
  extensions: Extension[];
}

/** One rule of a network ACL. */
export interface AclEntry {
  /** Its number: 1 to 32766; 32767 and 32768 are the final denies of IPv4 and IPv6. */
  number: number;
  /** True for traffic that leaves the subnet. */
  egress: boolean;
  /** True if it allows, false if it denies. */
  allow: boolean;
  /** The remote prefix, in CIDR notation. */
  prefix: string;
  /** The protocol's number, or `-1` for all. */
  protocol: string;
  /** The ports. None for all. */
  ports?: PortRange;
}

/** A network ACL. */
export interface NetworkAcl {
  /** Its id, for example `acl-0a1b2c3d`. */
  id: string;
  /** Its VPC's id. */
  vpc: string;
  /** The ids of all subnets that it guards. */
  subnets: string[];
  /** Whether it is its VPC's default ACL. */
  isDefault: boolean;
  /** Its entries, in the order in which they are evaluated, ingress before egress. The first that matches decides. */
  entries: AclEntry[];
  /** See `extension`. */
  extensions: Extension[];
}

/** One rule of a security group, for one peer. */
export interface SecurityGroupRule {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `-1` for all. */
  protocol: string;
  /** The ports. None for all. */
  ports?: PortRange;
  /** A prefix in CIDR notation, a security group id, or a prefix list id. */
  peer: string;
}

/** A security group. */
export interface SecurityGroup {
  /** Its id, for example `sg-0a1b2c3d`. */
  id: string;
  /** Its name. */
  name: string;
  /** Its VPC's id, if it is in one. */
  vpc?: string;
  /** Whom it lets in. */
  ingress: SecurityGroupRule[];
  /** Whom it lets out to. */
  egress: SecurityGroupRule[];
  /** See `extension`. */
  extensions: Extension[];
}

/**
 * What this host has done about an address before, as far back as it keeps holds that ended. Holds that began together, because one
 * alert puts one on each network ACL and in each direction, count as one here, so that the figures tell how often the address
 * offended and not how many subnets an instance has.
 */
export interface History {
  /** How many holds there have been on a prefix that contains the address, those in force included. */
  holds: number;
  /** How many alerts asked for them, first and later ones. Of holds that began together, those of the one that most alerts asked for. */
  offences: number;
  /** How many of the holds are in force now. */
  inForce: number;
  /** When the newest of the holds began. None if there was none. */
  lastSince?: Instant;
  /** When the newest of the holds ended or will end. None if there was none, or if it lasts until released. */
  lastUntil?: Instant;
  /** See `extension`. */
  extensions: Extension[];
}

/**
 * What a plugin may ask the host. All of it is read-only.
 *
 * A call may take as long as AWS takes: that time is not charged to the plugin, though the host bounds the number of calls
 * and the time over all. The same question asked twice in one decision has the same answer and is fetched once. Lists come in an order that
 * does not change from one decision to the next.
 */
export interface Facts {
  /** All observations of this alert. */
  observations(): Observation[];
  /** The instance that has this id, this private or public address, or this DNS name. Not known if none has, or if more than one has. */
  instance(name: string): Instance;
  /** The network ACL of a subnet, by the subnet's id. A subnet has exactly one. */
  networkAcl(subnet: string): NetworkAcl;
  /** A security group, by its id. */
  securityGroup(id: string): SecurityGroup;
  /** What this host has done about an address before. The address without a prefix length. */
  history(address: string): History;
}

/** The name of a fact. */
export type FactName =
  | 'observations'
  | 'instance'
  | 'network-acl'
  | 'security-group'
  | 'history';

/** The name of an action. */
export type ActionName = Action['tag'];

/** Why the host has no answer. */
export type FactErrorKind = FactError['tag'];

/** Why a plugin could not decide. */
export type FailureKind = Failure['tag'];
