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
    throw typeof tag === 'string' ? new FactError(tag, val) : error;
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

/** Run, and tell the host why it broke if it does: all that it would see is that it did. @param {() => any} run */
function told(run) {
  try {
    return run();
  } catch (error) {
    if (error?.payload === undefined) write('error', panic(error));
    throw error;
  }
}

/** In the words of Rust's panics, which the host knows: the place, then what happened, then the stack. @param {any} error */
function panic(error) {
  const frames = String(error?.stack ?? '').trim().split('\n').map((frame) => frame.replace(/^(.*)@/, (_, name) => `${name || '(top)'} at `));
  // The wrapper's own frames tell an author nothing.
  const own = frames.filter((frame) => !/(^| at )quell\/|initializer\.js/.test(frame));
  const place = /([^ ]+:\d+:\d+)$/.exec(own[0] ?? '')?.[1] ?? 'an unknown place';
  const what = error instanceof Error ? `${error.name}: ${error.message}` : `thrown ${JSON.stringify(error)}`;
  return `panicked at ${place}:\n${[what, ...own.map((frame) => `  ${frame}`)].join('\n')}`;
}

/**
 * What the host calls.
 *
 * @param {import('./quell').Plugin<any>} plugin
 */
export function decider(plugin) {
  return {
    describe: () => told(() => describe(plugin)),
    validateSettings: (/** @type {string} */ text) =>
      told(() => {
        const { problems } = settingsOf(plugin, text);
        if (problems.length > 0) throw refused(problems);
      }),
    decide: (/** @type {any} */ request) =>
      told(() => {
        const alert = { ...request.alert, time: number(request.alert.time) };
        try {
          return toHost(decide(plugin, { ...request, alert, now: Number(request.now) }, facts));
        } catch (error) {
          throw error instanceof Failure ? refused({ tag: error.kind, val: error.message }) : error;
        }
      }),
  };
}

/** An error that the contract has a place for, and no breakdown. @param {any} payload */
const refused = (payload) => Object.assign(new Error('refused'), { payload });

/** @param {any} decision */
function toHost(decision) {
  for (const { until } of decision.val.remediations ?? []) if (until.tag === 'seconds') until.val = BigInt(until.val);
  return decision;
}
