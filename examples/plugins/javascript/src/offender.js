// Offenders: remote addresses, with what all observations together say of each.

import { compareAddresses, isSingle } from '../quell/quell.js';

/**
 * A remote address.
 *
 * @typedef {object} Offender
 * @property {string} address
 * @property {number | undefined} failedAttempts over all observations that count them; undefined if none does
 * @property {number} observations how many name it
 * @property {boolean} uncounted whether some observation names it without counting: the detector's word is all there is, and enough
 * @property {string[]} attacked the customer's own addresses that are named beside it
 */

/**
 * Add up what was seen: each address once, most failed attempts first, then by address.
 *
 * @param {import('./observation').Sighting[]} sightings
 * @returns {Offender[]}
 */
export function addUp(sightings) {
  /** @type {Map<string, Offender>} */
  const byAddress = new Map();
  for (const { remotes, failedAttempts, own } of sightings) {
    for (const address of remotes) {
      const offender = byAddress.get(address) ?? { address, failedAttempts: undefined, observations: 0, uncounted: false, attacked: [] };
      byAddress.set(address, offender);
      offender.observations += 1;
      for (const prefix of own) if (isSingle(prefix)) offender.attacked.push(prefix.split('/')[0]);
      if (failedAttempts === undefined) offender.uncounted = true;
      else offender.failedAttempts = (offender.failedAttempts ?? 0) + failedAttempts;
    }
  }
  const worst = (/** @type {Offender} */ it) => it.failedAttempts ?? -1;
  return [...byAddress.values()].sort((one, other) => worst(other) - worst(one) || compareAddresses(one.address, other.address));
}

/** Whether it did enough to be blocked. @param {Offender} offender @param {number} threshold */
export function isEnough({ uncounted, failedAttempts }, threshold) {
  return uncounted || (failedAttempts !== undefined && failedAttempts >= threshold);
}

/**
 * How sure the plugin is, from 50 to 100: 10 more for each doubling of the failed attempts beyond the threshold, up to 90, and a tenth of the
 * detector's severity on top.
 *
 * @param {Offender} offender
 * @param {number} threshold
 * @param {number} [severity]
 */
export function confidence({ failedAttempts }, threshold, severity) {
  const times = Math.floor((failedAttempts ?? 0) / Math.max(threshold, 1));
  const doublings = times > 0 ? Math.min(Math.floor(Math.log2(times)), 4) : 0;
  return 50 + 10 * doublings + Math.floor(Math.min(severity ?? 0, 100) / 10);
}
