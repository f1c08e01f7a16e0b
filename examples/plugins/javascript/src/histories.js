// Who was blocked before.

import { FactError } from '../quell/quell.js';

/** How many histories are asked for in one decision. Together with the instances this stays below the number of questions that a host allows. */
const MOST_QUESTIONS = 40;

/** Nothing was ever done. @type {import('../quell/contract').History} */
const NONE = { holds: 0, offences: 0, inForce: 0, extensions: [] };

/**
 * Asks for the history of each address once, and not for too many. An address whose history can't be had is taken for one that was never blocked:
 * that it is blocked for a shorter time is better than that it is not blocked at all.
 */
export class Histories {
  /** @type {Map<string, import('../quell/contract').History>} */
  #known = new Map();
  #unknown = 0;
  /** Why not. The host is asked no more then: what failed once is likely to fail again, and a decision has only so much time. */
  #why = '';
  /** @type {import('../quell/contract').Facts} */
  #facts;

  /** @param {import('../quell/contract').Facts} facts */
  constructor(facts) {
    this.#facts = facts;
  }

  /** @param {string} address */
  of(address) {
    const known = this.#known.get(address) ?? this.#ask(address);
    if (!this.#known.has(address) && known === undefined) this.#unknown += 1;
    this.#known.set(address, known ?? NONE);
    return known ?? NONE;
  }

  /** @param {string} address */
  #ask(address) {
    if (this.#why === '' && this.#known.size >= MOST_QUESTIONS) this.#why = `no more than ${MOST_QUESTIONS} are asked for`;
    if (this.#why !== '') return undefined;
    try {
      return this.#facts.history(address);
    } catch (error) {
      if (!(error instanceof FactError)) throw error;
      this.#why = error.message;
      return undefined;
    }
  }

  /** A note about the addresses whose history could not be had, if there are any. */
  unanswered() {
    if (this.#why === '') return [];
    const [who, whose] = this.#unknown === 1 ? ['1 address is', 'its history'] : [`${this.#unknown} addresses are`, 'their history'];
    return [`${who} blocked only as long as the first time, because ${whose} is not known: ${this.#why}`];
  }
}
