/** For tests of plugins, without a host: alerts, facts, and a plugin called as the host calls it. */

import { forbidClock } from './clock.js';
import { decide as decideNow, settingsOf } from './decider.js';
import { FactError } from './quell.js';

/** The time in `request`: 2026-01-15T12:00:00Z. */
export const NOW = 1768478400000;

/**
 * Decide as the host would have it done. There is no clock in the meantime.
 *
 * @param {import('./quell').Plugin<any>} plugin
 * @param {import('./contract').Request} request
 * @param {import('./contract').Facts} facts
 * @returns {import('./contract').Decision}
 * @throws what the plugin throws, or a `Failure`
 */
export function decide(plugin, request, facts) {
  const putBack = forbidClock();
  try {
    return decideNow(plugin, request, facts);
  } finally {
    putBack();
  }
}

/**
 * Check settings as the host does when the configuration is loaded.
 *
 * @param {import('./quell').Plugin<any>} plugin
 * @param {object} settings
 * @returns {import('./settings').Problem[]} what is wrong with them
 */
export function validateSettings(plugin, settings) {
  return settingsOf(plugin, JSON.stringify(settings)).problems;
}

/**
 * An alert of Stealthwatch Cloud, id `6125`, of this kind and about this device, with nothing else known. Change what the test is about.
 *
 * @param {string} kind
 * @param {string} source
 * @returns {import('./contract').Alert}
 */
export function alert(kind, source) {
  return {
    id: '6125',
    detector: 'stealthwatch-cloud',
    kind,
    title: `${kind} on ${source}`,
    description: '',
    test: false,
    resolved: false,
    source: { name: source, addresses: [], hostNames: [] },
    raw: '{}',
    extensions: [],
  };
}

/**
 * A request to decide on an alert at `NOW`.
 *
 * @param {import('./contract').Alert} alert
 * @param {object} [settings]
 * @returns {import('./contract').Request}
 */
export function request(alert, settings = {}) {
  return { alert, settings: JSON.stringify(settings), now: NOW, extensions: [] };
}

/**
 * An observation, id `1`, that says this.
 *
 * @param {object | string} fields or the detector's own text
 * @returns {import('./contract').Observation}
 */
export function observation(fields) {
  return { id: '1', kind: '', raw: typeof fields === 'string' ? fields : JSON.stringify(fields), extensions: [] };
}

/**
 * A running instance with one interface, in this subnet and with these addresses.
 *
 * @param {string} id
 * @param {string} subnet
 * @param {string[]} addresses
 * @returns {import('./contract').Instance}
 */
export function instance(id, subnet, addresses) {
  const vpc = 'vpc-0a1b2c3d4e5f60718';
  const interfaces = [{ id: 'eni-0a1b2c3d4e5f60718', subnet, vpc, addresses, securityGroups: [] }];
  return { id, state: 'running', vpc, hostNames: [], interfaces, tags: [], extensions: [] };
}

/**
 * A history of so many holds.
 *
 * @param {number} holds
 * @param {number} [inForce] how many of them are in force now
 * @returns {import('./contract').History}
 */
export function history(holds, inForce = 0) {
  return { holds, offences: holds, inForce, extensions: [] };
}

/**
 * What the facts of a test say. What they were not told is not known, except that there are no observations and no history.
 *
 * @typedef {object} Told
 * @property {import('./contract').Observation[]} [observations]
 * @property {import('./contract').Instance[]} [instances] found by their ids, addresses and host names
 * @property {import('./contract').NetworkAcl[]} [networkAcls] found by the subnets that they guard
 * @property {import('./contract').SecurityGroup[]} [securityGroups] found by their ids
 * @property {Record<string, import('./contract').History>} [histories] by address
 * @property {Record<string, FactError>} [errors] by the question as in `asked`; without the part after the space, all questions for that fact
 */

/** Facts for a test, which remember what they were asked. */
export class FakeFacts {
  /** What was asked, in order: `observations`, `instance 192.0.2.20`. @type {string[]} */
  asked = [];

  /** @param {Told} [told] */
  constructor(told = {}) {
    this.told = told;
  }

  observations() {
    this.#ask('observations');
    return this.told.observations ?? [];
  }

  /** @param {string} name */
  instance(name) {
    this.#ask('instance', name);
    const has = (/** @type {import('./contract').Instance} */ it) =>
      it.id === name || it.hostNames.includes(name) || it.interfaces.some(({ addresses }) => addresses.includes(name));
    const found = (this.told.instances ?? []).filter(has);
    if (found.length > 1) throw new FactError('not-known', `more than one instance has ${name}`);
    return found[0] ?? notKnown('instance', name);
  }

  /** @param {string} subnet */
  networkAcl(subnet) {
    this.#ask('network-acl', subnet);
    return this.told.networkAcls?.find(({ subnets }) => subnets.includes(subnet)) ?? notKnown('network ACL of subnet', subnet);
  }

  /** @param {string} id */
  securityGroup(id) {
    this.#ask('security-group', id);
    return this.told.securityGroups?.find((group) => group.id === id) ?? notKnown('security group', id);
  }

  /** @param {string} address */
  history(address) {
    this.#ask('history', address);
    return this.told.histories?.[address] ?? history(0);
  }

  /** Note the question, and fail it if that is wanted. @param {string} fact @param {string} [of] */
  #ask(fact, of) {
    const question = of === undefined ? fact : `${fact} ${of}`;
    this.asked.push(question);
    const error = this.told.errors?.[question] ?? this.told.errors?.[fact];
    if (error) throw error;
  }
}

/** @param {string} what @param {string} of @returns {never} */
function notKnown(what, of) {
  throw new FactError('not-known', `there is no ${what} ${of}`);
}
