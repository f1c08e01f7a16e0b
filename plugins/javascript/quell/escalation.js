/** How long a block lasts, for who was blocked before. */

/** The most jitter, in percent. With more, a second block could be shorter than a first. */
const MOST_JITTER = 50;

const U64 = (1n << 64n) - 1n;

/**
 * For how many seconds to block an address with this history: `base` the first time, then `factor` times as long each time, up to `longest`.
 * Only holds that have ended make it longer: an alert that is sent ten times is one attack and not ten.
 *
 * The jitter is for the blocks of one attack, which then do not all end in the same second. It is chosen by the seed and nothing else: take
 * what tells this block from others, such as the address and the alert's id. The numbers are those of the Rust SDK's `Escalation`.
 *
 * @param {{ base: number, factor?: number, longest?: number, jitterPercent?: number }} escalation seconds; by default a factor of 2, a week, 10 %
 * @param {{ holds: number, inForce: number }} history what `facts.history(address)` answered
 * @param {string} seed
 * @returns {number}
 */
export function escalate({ base, factor = 2, longest = 604800, jitterPercent = 10 }, history, seed) {
  const most = atLeastOne(BigInt(longest));
  let exact = BigInt(base);
  for (let times = endedHolds(history); times > 0 && factor > 1 && exact > 0n && exact < most; times -= 1) exact *= BigInt(factor);
  if (factor === 0 && endedHolds(history) > 0) exact = 0n;
  exact = atLeastOne(exact < most ? exact : most);
  const jitter = (exact * BigInt(Math.min(jitterPercent, MOST_JITTER))) / 100n;
  const least = exact - jitter;
  const top = exact + jitter < most ? exact + jitter : most;
  return Number(least + ((hash(seed) * (top - least + 1n)) >> 64n));
}

/**
 * How many of the holds are over: how often the address was blocked before.
 *
 * @param {{ holds: number, inForce: number }} history
 * @returns {number}
 */
export function endedHolds({ holds, inForce }) {
  return Math.max(0, holds - inForce);
}

/** @param {bigint} value */
const atLeastOne = (value) => (value > 1n ? value : 1n);

/** FNV-1a of 64 bits and the last steps of SplitMix64, as the Rust SDK has them. @param {string} text */
function hash(text) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & U64;
  hash = ((hash ^ (hash >> 30n)) * 0xbf58476d1ce4e5b9n) & U64;
  hash = ((hash ^ (hash >> 27n)) * 0x94d049bb133111ebn) & U64;
  return hash ^ (hash >> 31n);
}
