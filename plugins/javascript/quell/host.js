/**
 * Binds a plugin to the host. `quell plugin build` puts it around the plugin; nothing else imports it, because the two modules of the
 * contract are there in a component only.
 */

import * as host from 'quell:plugin/facts@0.1.0';
import { write } from 'quell:plugin/log@0.1.0';

import { forbidClock } from './clock.js';
import { decide, describe, settingsOf } from './decider.js';
import { writeTo } from './log.js';
import { FactError, Failure } from './quell.js';

forbidClock();
writeTo(write);

/** The contract has times as 64-bit integers; here they are numbers, which hold every millisecond for 285,000 years. */
const number = (/** @type {bigint | undefined} */ time) => (time === undefined ? undefined : Number(time));

/** Ask the host. @param {(...of: string[]) => any} question @param {string[]} of */
function ask(question, ...of) {
  try {
    return question(...of);
  } catch (error) {
    const { tag, val } = error.payload ?? error;
    throw tag ? new FactError(tag, val) : error;
  }
}

const facts = {
  observations: () => ask(host.getObservations).map((/** @type {any} */ it) => ({ ...it, time: number(it.time) })),
  instance: (/** @type {string} */ name) => ask(host.getInstance, name),
  networkAcl: (/** @type {string} */ subnet) => ask(host.getNetworkAcl, subnet),
  securityGroup: (/** @type {string} */ id) => ask(host.getSecurityGroup, id),
  history: (/** @type {string} */ address) => {
    const history = ask(host.getHistory, address);
    return { ...history, lastSince: number(history.lastSince), lastUntil: number(history.lastUntil) };
  },
};

/** An answer that the contract has a place for among its errors. The code around this takes the payload for it. */
class Refused extends Error {
  /** @param {any} payload */
  constructor(payload) {
    super('refused');
    this.payload = payload;
  }
}

/**
 * Run, and tell the host why it broke if it does: all that it would see is that it did.
 *
 * @param {string} call what is run, for an error that has no place
 * @param {() => any} run
 */
function told(call, run) {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refused) throw error;
    write('error', panic(error, call));
    // What is thrown is read as the contract's own error by the code around this, whatever it is: settings would be wrong for no reason. Of this
    // there can be nothing read, and the call is ended.
    throw new Refused(null);
  }
}

/** As many frames of a stack as a person reads. */
const FRAMES = 8;

/**
 * In the words of Rust's panics, which the host knows: the place, then what happened, then the stack.
 *
 * @param {any} error
 * @param {string} call
 */
function panic(error, call) {
  const frames = String(error?.stack ?? '').split('\n').filter((frame) => frame.includes('@'));
  // The wrapper's own frames tell an author nothing, and neither does one that is the same as the one before it.
  const own = frames.filter((frame, index) => !/@quell\/|initializer\.js/.test(frame) && frame !== frames[index - 1]);
  const place = own[0]?.split('@').at(-1) ?? call;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${JSON.stringify(error)}`;
  const stack = own.slice(0, FRAMES).map((frame) => frame.replace(/^(.*)@/, (_, name) => `\n  ${name || 'top level'} at `));
  return `panicked at ${place}:\n${what}${stack.join('')}`;
}

/**
 * What the host calls.
 *
 * @param {import('./quell').Plugin<any>} plugin
 */
export function decider(plugin) {
  return {
    describe: () => told('describe', () => describe(plugin)),
    validateSettings: (/** @type {string} */ text) =>
      told('validate-settings', () => {
        const { problems } = settingsOf(plugin, text);
        if (problems.length > 0) throw new Refused(problems);
      }),
    decide: (/** @type {any} */ request) =>
      told('decide', () => {
        const alert = { ...request.alert, time: number(request.alert.time) };
        try {
          return toHost(decide(plugin, { ...request, alert, now: Number(request.now) }, facts));
        } catch (error) {
          throw error instanceof Failure ? new Refused({ tag: error.kind, val: error.message }) : error;
        }
      }),
  };
}

/** @param {any} decision */
function toHost(decision) {
  for (const { until } of decision.val.remediations ?? []) if (until.tag === 'seconds') until.val = BigInt(until.val);
  return decision;
}
