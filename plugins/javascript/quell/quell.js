/**
 * Write a Quell remediation plugin in JavaScript.
 *
 * A plugin is given one alert and answers what should be done about it, or why nothing should. It holds no credentials and touches nothing: the
 * host checks each remediation, carries it out and takes it back. There is no clock (`request.now` is the time), no random number, no file and
 * no network: the same alert, settings and facts must give the same decision. Everything here works in node as well, for tests.
 */

export { compareAddresses, contains, isSingle, parseAddress, parsePrefix } from './address.js';
export { endedHolds, escalate } from './escalation.js';
export { log } from './log.js';
export { observed, remoteSides } from './observation.js';

/** @typedef {import('./contract').Action} Action */
/** @typedef {import('./contract').BlockPlace} BlockPlace */
/** @typedef {import('./contract').Decision} Decision */
/** @typedef {import('./contract').Direction} Direction */
/** @typedef {import('./contract').Remediation} Remediation */
/** @typedef {import('./contract').Request} Request */
/** @typedef {import('./contract').Facts} Facts */

/**
 * What a plugin is. Export one by default from the file that `main` in package.json names.
 *
 * @template {Record<string, import('./settings').Setting>} S
 * @typedef {object} Plugin
 * @property {string} name lower case, words joined by `-`
 * @property {string} version its own, for example `0.1.0`
 * @property {string} summary one line: what it does
 * @property {import('./contract').ActionName[]} actions the actions that it may ask for
 * @property {import('./contract').FactName[]} facts the facts that it may ask for
 * @property {S} settings what an operator may set: by name, in the words of JSON Schema
 * @property {(settings: import('./settings').ValuesOf<S>) => import('./settings').Problem[]} [check] what is wrong with settings that are each right by themselves
 * @property {(request: Request, settings: import('./settings').ValuesOf<S>, facts: Facts) => Decision} decide decide about one alert
 */

/**
 * A plugin, as it is: this only tells the editor what it must have.
 *
 * @template {Record<string, import('./settings').Setting>} const S
 * @param {Plugin<S>} plugin
 * @returns {Plugin<S>}
 */
export function plugin(plugin) {
  return plugin;
}

/** Why the host has no answer to a question. If `decide` does not catch it, the host keeps the alert and may try it again. */
export class FactError extends Error {
  /**
   * @param {import('./contract').FactErrorKind} kind `not-known`: there is no such thing. `not-permitted`: the host may not ask.
   *   `unavailable`: it may be answered later.
   * @param {string} message what the host says about it, for a person
   */
  constructor(kind, message) {
    super(message);
    this.name = 'FactError';
    this.kind = kind;
  }
}

/** Why a plugin could not decide. Throw one from `decide`. To decline is no failure: see `nothing`. */
export class Failure extends Error {
  /**
   * @param {import('./contract').FailureKind} kind
   * @param {string} message
   */
  constructor(kind, message) {
    super(message);
    this.name = 'Failure';
    this.kind = kind;
  }
}

/**
 * Do nothing, and say why. This is a good answer, not an error.
 *
 * @param {string} reason one sentence for a person
 * @param {string[]} [notes] what else a person who reads the decision should know, one sentence each
 * @returns {Decision}
 */
export function nothing(reason, notes = []) {
  return { tag: 'nothing', val: { reason, notes, extensions: [] } };
}

/**
 * Do these, in the order of their importance.
 *
 * @param {Remediation[]} remediations at least one
 * @param {string[]} [notes] what else a person who reads the decision should know, one sentence each
 * @returns {Decision}
 */
export function remediate(remediations, notes = []) {
  return { tag: 'remediate', val: { remediations, notes, extensions: [] } };
}

/**
 * What every remediation has.
 *
 * @typedef {object} Terms
 * @property {string} reason one sentence for a person: why this, to this target
 * @property {number | 'released'} [seconds] after how many seconds the host takes it back, or when a person releases it; an hour unless it is said
 * @property {number} [confidence] how sure the plugin is, from 0 to 100; 50 unless it is said. When room is short, the surer block wins
 */

/**
 * Deny a remote prefix, or an address, where traffic enters or leaves a subnet.
 *
 * @param {string} remote from `parseAddress` or `parsePrefix`
 * @param {BlockPlace} at where: `atInstance`, `atSubnet` or `atNetworkAcl`
 * @param {Terms & { direction?: Direction }} terms ingress unless it is said
 * @returns {Remediation}
 */
export function block(remote, at, { direction = 'ingress', ...terms }) {
  return remediation({ tag: 'block', val: { prefix: prefixOf(remote), direction, at, extensions: [] } }, terms);
}

/** The network ACLs of all subnets in which this instance has an interface. @param {string} id @returns {BlockPlace} */
export const atInstance = (id) => ({ tag: 'instance', val: id });

/** The network ACL of this subnet. @param {string} id @returns {BlockPlace} */
export const atSubnet = (id) => ({ tag: 'subnet', val: id });

/** This network ACL. @param {string} id @returns {BlockPlace} */
export const atNetworkAcl = (id) => ({ tag: 'network-acl', val: id });

/**
 * What an isolation has to say beside its terms.
 *
 * @typedef {object} Isolation
 * @property {string[]} [securityGroups] by id; without them the host chooses
 * @property {string} [interface] only the interface with this id, in place of all that the instance has
 * @property {string[]} [remotes] whom it is known to talk to, from `parseAddress` or `parsePrefix`. Where the host cuts the flows of isolated
 *   instances by denies (`instance.flows = "deny"`) it denies these, and the plugin must be allowed to `block`
 */

/**
 * Cut an instance off by replacing the security groups of its interfaces.
 *
 * @param {string} instance its id
 * @param {Terms & Isolation} terms
 * @returns {Remediation}
 */
export function isolate(instance, { securityGroups = [], interface: only, remotes, ...terms }) {
  const extensions = extensionsOf({ interface: only, remotes });
  return remediation({ tag: 'isolate', val: { instance, securityGroups, extensions } }, terms);
}

/**
 * A rule of a security group, as exactly as it is known.
 *
 * @typedef {object} Rule
 * @property {string} protocol
 * @property {import('./contract').PortRange} [ports] all, unless they are said
 * @property {string} peer whom it lets in
 * @property {string} [id] only the rule with this id
 * @property {string} [description] only a rule that has this description
 */

/**
 * Take one ingress rule out of a security group.
 *
 * @param {string} securityGroup its id
 * @param {Rule} rule
 * @param {Terms & { narrowTo?: string[] }} terms `narrowTo`: who may come in as before, from `parseAddress` or `parsePrefix`, each inside of the
 *   prefix that the rule lets in
 * @returns {Remediation}
 */
export function revokeIngress(securityGroup, { protocol, ports, peer, id, description }, { narrowTo, ...terms }) {
  const extensions = extensionsOf({ rule: id, description, 'narrow-to': narrowTo });
  return remediation({ tag: 'revoke-ingress', val: { securityGroup, protocol, ports, peer, extensions } }, terms);
}

/**
 * Stop, start or reboot an instance.
 *
 * @param {string} instance its id
 * @param {import('./contract').StateChange} change
 * @param {Terms} terms
 * @returns {Remediation}
 */
export function setInstanceState(instance, change, terms) {
  return remediation({ tag: 'set-instance-state', val: { instance, change, extensions: [] } }, terms);
}

/** The prefix of an address alone; a prefix as it is. @param {string} remote @returns {string} */
const prefixOf = (remote) => (remote.includes('/') ? remote : `${remote}/${remote.includes(':') ? 128 : 32}`);

/**
 * What is said, by name. Prefixes are joined by commas; what is not said, and a list of nobody, is left out.
 *
 * @param {Record<string, string | string[] | undefined>} said
 * @returns {import('./contract').Extension[]}
 */
function extensionsOf(said) {
  const extensions = [];
  for (const [name, it] of Object.entries(said)) {
    const value = Array.isArray(it) ? it.map(prefixOf).join(',') : it;
    if (value) extensions.push({ name, value });
  }
  return extensions;
}

/** @param {Action} action @param {Terms} terms @returns {Remediation} */
function remediation(action, { reason, seconds = 3600, confidence = 50 }) {
  const until = seconds === 'released' ? { tag: seconds } : { tag: /** @type {const} */ ('seconds'), val: seconds };
  return { action, reason, confidence, until, extensions: [] };
}
