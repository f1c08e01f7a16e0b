// The field rules: what an observation of Stealthwatch Cloud says of both sides. The same as in plugins/nacl-block/src/observation.rs.

import { observed, parseAddress, parsePrefix } from '../quell/quell.js';

const REMOTE = ['connected_ip', 'scanner_ip', 'remote_ip', 'external_ip'];
const OWN = ['scanned_ip', 'cidr_range'];

/**
 * What one observation says.
 *
 * @typedef {object} Sighting
 * @property {Set<string>} remotes the remote addresses
 * @property {number | undefined} failedAttempts how often each of them failed, if the observation counts that
 * @property {string[]} own the customer's own addresses, as prefixes
 * @property {string[]} unreadable what should name a side and can't be read, for a person
 */

/**
 * Read one observation. Never fails: what can't be read is told and skipped.
 *
 * @param {import('../quell/contract').Observation} observation
 * @returns {Sighting}
 */
export function read(observation) {
  /** @type {Sighting} */
  const sighting = { remotes: new Set(), failedAttempts: undefined, own: [], unreadable: [] };
  const fields = observed(observation);
  if (Object.keys(fields).length === 0) {
    sighting.unreadable.push(`observation ${observation.id} is not a JSON object with fields`);
    return sighting;
  }
  /** @param {string[]} names @param {(text: string) => string | null} parse @param {(it: string) => void} keep */
  const take = (names, parse, keep) => {
    for (const name of names) {
      for (const text of texts(fields[name])) {
        const it = parse(text.value ?? '');
        if (it === null) sighting.unreadable.push(`observation ${observation.id}: ${name} \`${text.shown}\` is not an address`);
        else keep(it);
      }
    }
  };
  take(REMOTE, parseAddress, (remote) => sighting.remotes.add(remote));
  take(OWN, parsePrefix, (own) => sighting.own.push(own));
  // The count belongs to `connected_ip`: elsewhere it would be a count of something else.
  if (fields.connected_ip != null) sighting.failedAttempts = count(fields.failed_attempts);
  return sighting;
}

/**
 * The texts in a field, behind what is none: nothing, one or several. Empty ones are a detector's way to say null.
 *
 * @param {unknown} value
 * @returns {{ value?: string, shown: string }[]}
 */
function texts(value) {
  const all = (Array.isArray(value) ? value : [value]).filter((it) => it != null);
  const others = all.filter((it) => typeof it !== 'string').map((it) => ({ shown: typeof it === 'number' ? 'a number' : 'a structure' }));
  const strings = all.filter((it) => typeof it === 'string' && it.trim() !== '');
  return [...others, ...strings.map((text) => ({ value: text, shown: [...text].slice(0, 60).join('') }))];
}

/** @param {unknown} value @returns {number | undefined} */
function count(value) {
  const number = typeof value === 'string' && /^\s*\+?\d+\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : undefined;
}
