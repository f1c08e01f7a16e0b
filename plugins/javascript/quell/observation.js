/** What observations say: their fields, and who was on the remote side. */

import { parseAddress } from './address.js';

/** The fields in which Stealthwatch Cloud names the remote side. `scanned_ip` and `cidr_range` are the customer's own. */
const REMOTE = ['connected_ip', 'scanner_ip', 'remote_ip', 'external_ip'];

/**
 * The fields of the detector's own JSON object. Empty if it is not one.
 *
 * @param {import('./contract').Observation} observation
 * @returns {Record<string, any>}
 */
export function observed({ raw }) {
  try {
    const fields = JSON.parse(raw);
    return typeof fields === 'object' && fields !== null && !Array.isArray(fields) ? fields : {};
  } catch {
    return {};
  }
}

/**
 * The remote addresses that an observation names, each once. What is no address is left out, never guessed.
 *
 * @param {import('./contract').Observation} observation
 * @returns {string[]}
 */
export function remoteSides(observation) {
  const fields = observed(observation);
  const named = REMOTE.flatMap((field) => fields[field] ?? []).map(parseAddress);
  return [...new Set(named.filter((address) => address !== null))];
}
