// From an alert to the answer.

import { atInstance, block, endedHolds, escalate, FactError, nothing, remediate } from '../quell/quell.js';
import { Histories } from './histories.js';
import { Notes } from './notes.js';
import { read } from './observation.js';
import { addUp, confidence, isEnough } from './offender.js';
import { OwnSide } from './own-side.js';
import { Targets } from './target.js';

/** @typedef {import('../quell/contract').Alert} Alert */
/** @typedef {import('../quell/contract').Facts} Facts */
/** @typedef {import('./offender').Offender} Offender */
/** @typedef {import('./settings').Settings} Settings */

/**
 * Decide on one alert. Every answer says why.
 *
 * @param {Alert} alert
 * @param {Settings} settings
 * @param {Facts} facts
 */
export function decide(alert, settings, facts) {
  const notes = new Notes();
  try {
    const answer = blocks(alert, settings, facts, notes);
    return typeof answer === 'string' ? nothing(answer, notes.finish()) : remediate(answer, notes.finish());
  } catch (error) {
    // That there is no such thing is no error but a reason to do nothing.
    if (error instanceof FactError && error.kind === 'not-known') return nothing(error.message, notes.finish());
    throw error;
  }
}

/**
 * The blocks, at least one, or why there is none.
 *
 * @param {Alert} alert
 * @param {Settings} settings
 * @param {Facts} facts
 * @param {Notes} notes
 */
function blocks(alert, settings, facts, notes) {
  const outOfScope = scope(alert, settings);
  if (outOfScope) return outOfScope;

  const observations = facts.observations();
  const sightings = observations.map(read);
  notes.unreadable.push(...sightings.flatMap(({ unreadable }) => unreadable));
  let offenders = addUp(sightings);
  if (offenders.length === 0) {
    return `none of the ${observations.length} observations of alert ${alert.id} names a remote address`;
  }

  const threshold = settings['failed-attempts'];
  const own = new OwnSide(alert.source, sightings);
  /** @param {(offender: Offender) => boolean} wanted @param {(offender: Offender) => string} why */
  const leaveOut = (wanted, why) => {
    const out = offenders.filter((offender) => !wanted(offender));
    offenders = offenders.filter(wanted);
    notes.leftOut.push(...out.map((offender) => `${offender.address} is left out: ${why(offender)}`));
    return out.length;
  };
  const leaveOutOwn = () => leaveOut(({ address }) => !own.has(address), () => "it is of the alert's own side");

  let ofOwnSide = leaveOutOwn();
  const harmless = leaveOut(
    (offender) => isEnough(offender, threshold),
    ({ failedAttempts }) => `${failedAttempts ?? 0} failed attempts, fewer than ${threshold}`,
  );
  // AWS is asked only once there is somebody to block; what it says can only take from them.
  if (offenders.length > 0) {
    const targets = new Targets(alert.source, offenders, facts);
    for (const instance of targets.all()) own.add(instance);
    ofOwnSide += leaveOutOwn();
    if (offenders.length > 0) return atTargets(offenders, targets, alert, settings, facts, notes);
  }
  const why = [];
  if (harmless > 0) why.push(`${harmless} with fewer than ${threshold} failed attempts`);
  if (ofOwnSide > 0) why.push(`${ofOwnSide} of the alert's own side`);
  return `no remote address of alert ${alert.id} is to be blocked: ${why.join(', ')}`;
}

/** Why an alert is none of this plugin's. @param {Alert} alert @param {Settings} settings */
function scope({ id, kind, test, resolved }, settings) {
  if (test) return `alert ${id} is a test`;
  if (resolved) return `alert ${id} is resolved`;
  if (settings['alert-types'].some((type) => type.trim() === kind.trim())) return undefined;
  return `alert ${id} is of type \`${kind}\`, which is not among the alert-types in the settings`;
}

/**
 * A block for each offender at each instance that it attacked, as many as the settings allow.
 *
 * @param {Offender[]} offenders
 * @param {Targets} targets
 * @param {Alert} alert
 * @param {Settings} settings
 * @param {Facts} facts
 * @param {Notes} notes
 */
function atTargets(offenders, targets, alert, settings, facts, notes) {
  const most = settings['max-blocks'];
  const pairs = offenders.flatMap((offender) => {
    const instances = targets.of(offender);
    if (instances.length === 0) notes.leftOut.push(`${offender.address} is left out: no instance is known that it attacked`);
    return instances.map((instance) => ({ offender, instance }));
  });
  if (pairs.length === 0) {
    const asked = targets.notKnown.join('; ') || 'neither the alert nor its observations name one';
    return `no instance is known that alert ${alert.id} is about: ${asked}`;
  }
  for (const { offender } of pairs.slice(most)) notes.leftOut.push(`${offender.address} is left out: max-blocks is ${most}`);

  // Last of all, so that nobody's history is asked who is not blocked.
  const histories = new Histories(facts);
  const remediations = pairs.slice(0, most).map(({ offender, instance }) => {
    const history = histories.of(offender.address);
    const escalation = {
      base: settings['block-seconds'],
      factor: settings['escalation-factor'],
      longest: settings['longest-block-seconds'],
      jitterPercent: settings['jitter-percent'],
    };
    return block(offender.address, atInstance(instance.id), {
      direction: settings.direction,
      reason: reason(offender, instance.id, endedHolds(history), alert),
      // Without the instance, so that what is blocked at several of them is free everywhere at the same time.
      seconds: escalate(escalation, history, `${offender.address} ${alert.id}`),
      confidence: confidence(offender, settings['failed-attempts'], alert.severity),
    });
  });
  notes.unanswered.push(...histories.unanswered());
  return remediations;
}

/**
 * One sentence: who, how much, against what, says which alert, and how often it was blocked before.
 *
 * @param {Offender} offender
 * @param {string} instance
 * @param {number} times
 * @param {Alert} alert
 */
function reason({ address, failedAttempts, observations }, instance, times, { id, kind, source }) {
  const seen = observations === 1 ? 'an observation of' : `${observations} observations of`;
  const did = failedAttempts === undefined ? `is the remote side of ${seen}` : `made ${failedAttempts} failed attempts to access`;
  const attacked = source.name === instance ? instance : `${source.name} (${instance})`;
  const before = ['', ', blocked once before'][times] ?? `, blocked ${times} times before`;
  return `${address} ${did} ${attacked}: alert ${id}, ${kind}${before}`;
}
