/** From a plugin to the three functions that the contract asks for. Knows nothing of the host, so that tests call them as it does. */

import { checkedDecision } from './check.js';
import { FactError, Failure } from './quell.js';
import { readSettings, schemaOf } from './settings.js';

/** How a fact error is told when a decision fails for it; as the Rust SDK does. */
const KINDS = { 'not-known': 'not known', 'not-permitted': 'not permitted', unavailable: 'unavailable', other: 'not answered' };

/** @param {import('./quell').Plugin<any>} plugin @returns {import('./contract').Description} */
export function describe({ name, version, summary, actions, facts, settings }) {
  return { name, version, summary, actions, facts, settingsSchema: JSON.stringify(schemaOf(settings)), extensions: [] };
}

/**
 * Settings that were read and checked.
 *
 * @param {import('./quell').Plugin<any>} plugin
 * @param {string} text
 * @returns {{ values: any, problems: import('./settings').Problem[] }}
 */
export function settingsOf(plugin, text) {
  const { values, problems } = readSettings(plugin.settings, text);
  // A check by the plugin may rely on the types.
  return { values, problems: problems.length > 0 ? problems : (plugin.check?.(values) ?? []) };
}

/**
 * Decide as the host would have it done.
 *
 * @param {import('./quell').Plugin<any>} plugin
 * @param {import('./contract').Request} request
 * @param {import('./contract').Facts} facts
 * @returns {import('./contract').Decision}
 * @throws {Failure} if it could not decide
 */
export function decide(plugin, request, facts) {
  const { values, problems } = settingsOf(plugin, request.settings);
  if (problems.length > 0) {
    throw new Failure('settings', problems.map(({ path, message }) => `${path} ${message}`.trim()).join('; '));
  }
  try {
    return checkedDecision(plugin.decide(request, values, facts));
  } catch (error) {
    if (error instanceof FactError) throw new Failure('facts', `${KINDS[error.kind]}: ${error.message}`);
    throw error;
  }
}
