// Which instance is attacked, so that its network ACL can be found.

import { FactError } from '../quell/quell.js';

/** The source of an alert that is about no one device. */
const NETWORK = 'Network';

/** How many names are asked for in one decision. Each may be an AWS call, and a host ends a decision that asks for too much. */
const MOST_QUESTIONS = 50;

/** The instances that are attacked. */
export class Targets {
  /** The alert's source, if it is an instance. It is the target of every offender then. @type {import('../quell/contract').Instance | undefined} */
  #source;
  /** Otherwise the instances at the addresses that the observations name beside the offenders. @type {Map<string, import('../quell/contract').Instance>} */
  #attacked = new Map();
  /** What the host said of names that no instance has. @type {string[]} */
  notKnown = [];
  /** @type {Set<string>} */
  #asked = new Set();
  /** @type {import('../quell/contract').Facts} */
  #facts;

  /**
   * Ask for the alert's source: by its name, its addresses and its host names. If no instance has any of them, ask for what the offenders
   * attacked.
   *
   * @param {import('../quell/contract').AlertSource} source
   * @param {import('./offender').Offender[]} offenders
   * @param {import('../quell/contract').Facts} facts
   */
  constructor(source, offenders, facts) {
    this.#facts = facts;
    for (const name of [source.name, ...source.addresses, ...source.hostNames]) {
      if (name === '' || name === NETWORK) continue;
      this.#source = this.#ask(name);
      if (this.#source) return;
    }
    for (const address of offenders.flatMap(({ attacked }) => attacked)) {
      const instance = this.#ask(address);
      if (instance) this.#attacked.set(address, instance);
    }
  }

  /** All instances that were found. */
  all() {
    return this.#source ? [this.#source] : [...this.#attacked.values()];
  }

  /** The instances that this offender attacked, each once. @param {import('./offender').Offender} offender */
  of({ attacked }) {
    if (this.#source) return [this.#source];
    const instances = [...this.#attacked].filter(([address]) => attacked.includes(address)).map(([, instance]) => instance);
    return instances.filter(({ id }, index) => instances.findIndex((it) => it.id === id) === index);
  }

  /** Asks for each name once, and not for too many. @param {string} name */
  #ask(name) {
    if (this.#asked.size >= MOST_QUESTIONS || this.#asked.has(name)) return undefined;
    this.#asked.add(name);
    try {
      return this.#facts.instance(name);
    } catch (error) {
      if (!(error instanceof FactError) || error.kind !== 'not-known') throw error;
      this.notKnown.push(error.message);
      return undefined;
    }
  }
}
