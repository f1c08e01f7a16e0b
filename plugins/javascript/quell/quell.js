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
  const prefix = remote.includes('/') ? remote : `${remote}/${remote.includes(':') ? 128 : 32}`;
  return remediation({ tag: 'block', val: { prefix, direction, at, extensions: [] } }, terms);
}

/** The network ACLs of all subnets in which this instance has an interface. @param {string} id @returns {BlockPlace} */
export const atInstance = (id) => ({ tag: 'instance', val: id });

/** The network ACL of this subnet. @param {string} id @returns {BlockPlace} */
export const atSubnet = (id) => ({ tag: 'subnet', val: id });

/** This network ACL. @param {string} id @returns {BlockPlace} */
export const atNetworkAcl = (id) => ({ tag: 'network-acl', val: id });

/**
 * Cut an instance off by replacing the security groups of its interfaces.
 *
 * @param {string} instance its id
 * @param {Terms & { securityGroups?: string[] }} terms without groups the host chooses
 * @returns {Remediation}
 */
export function isolate(instance, { securityGroups = [], ...terms }) {
  return remediation({ tag: 'isolate', val: { instance, securityGroups, extensions: [] } }, terms);
}

/**
 * Take one ingress rule out of a security group.
 *
 * @param {string} securityGroup its id
 * @param {{ protocol: string, ports?: import('./contract').PortRange, peer: string }} rule
 * @param {Terms} terms
 * @returns {Remediation}
 */
export function revokeIngress(securityGroup, { protocol, ports, peer }, terms) {
  return remediation({ tag: 'revoke-ingress', val: { securityGroup, protocol, ports, peer, extensions: [] } }, terms);
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

/** @param {Action} action @param {Terms} terms @returns {Remediation} */
function remediation(action, { reason, seconds = 3600, confidence = 50 }) {
  const until = seconds === 'released' ? { tag: seconds } : { tag: /** @type {const} */ ('seconds'), val: seconds };
  return { action, reason, confidence, until, extensions: [] };
}
