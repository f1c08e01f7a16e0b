/** Keeps the clock and random numbers from a plugin: in a component they would give the values of the moment at which it was built. */

const REMEDY = 'a plugin has no clock and no random numbers, so that the same alert gives the same decision: ';

/**
 * Make the clock and random numbers throw.
 *
 * @returns {() => void} puts them back
 */
export function forbidClock() {
  const { Date: RealDate, performance, crypto } = globalThis;
  const random = Math.random;

  class Date extends RealDate {
    /** @param {any[]} time */
    constructor(...time) {
      // A Date of a given time is a calculation and no clock.
      if (time.length === 0) forbidden('new Date()', 'use `new Date(request.now)`');
      super(.../** @type {[]} */ (time));
    }
    static now() {
      return forbidden('Date.now()', 'use `request.now`');
    }
  }

  const replaced = { Date, performance: without(performance, 'performance'), crypto: without(crypto, 'crypto') };
  for (const [name, value] of Object.entries(replaced)) define(globalThis, name, value);
  define(Math, 'random', () => forbidden('Math.random()', 'derive a number from the alert, such as a hash of its id'));
  return () => {
    for (const [name, value] of Object.entries({ Date: RealDate, performance, crypto })) define(globalThis, name, value);
    define(Math, 'random', random);
  };
}

/** @param {object} object @param {string} name @param {*} value */
const define = (object, name, value) => Object.defineProperty(object, name, { value, writable: true, configurable: true });

/** An object of which every function throws. @param {object | undefined} object @param {string} name */
function without(object, name) {
  return object && new Proxy({}, { get: (_, key) => () => forbidden(`${name}.${String(key)}()`, 'use `request.now`, or a hash of the alert\'s id') });
}

/** @param {string} what @param {string} instead @returns {never} */
function forbidden(what, instead) {
  throw new Error(`${what}: ${REMEDY}${instead}`);
}
