// The customer's own side, which an alert names beside the attacker and which must never be taken for one.

import { contains, isSingle, parseAddress } from '../quell/quell.js';

/** The own side, as far as it is known. */
export class OwnSide {
  /** @type {Set<string>} */
  #addresses = new Set();
  /** @type {Set<string>} */
  #prefixes = new Set();

  /**
   * What the alert and its observations say.
   *
   * @param {import('../quell/contract').AlertSource} source
   * @param {import('./observation').Sighting[]} sightings
   */
  constructor(source, sightings) {
    this.#addAll([...source.addresses, source.name]);
    for (const prefix of sightings.flatMap(({ own }) => own)) {
      if (isSingle(prefix)) this.#addresses.add(prefix.split('/')[0]);
      else this.#prefixes.add(prefix);
    }
  }

  /** Add all addresses of an instance. @param {import('../quell/contract').Instance} instance */
  add(instance) {
    this.#addAll(instance.interfaces.flatMap(({ addresses }) => addresses));
  }

  /** @param {string} address */
  has(address) {
    return this.#addresses.has(address) || [...this.#prefixes].some((prefix) => contains(prefix, address));
  }

  /** @param {string[]} texts */
  #addAll(texts) {
    for (const address of texts.map(parseAddress)) if (address !== null) this.#addresses.add(address);
  }
}
