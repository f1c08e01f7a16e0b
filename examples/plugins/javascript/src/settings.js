// What an operator may set. The same as in plugins/nacl-block/src/settings.rs.

/** By name, in the words of JSON Schema. */
export const settings = /** @type {const} */ ({
  'alert-types': {
    description:
      "Which alerts to act on, by the detector's own name of their type. The remote side of each must be an " +
      'attacker from outside.',
    type: 'array',
    items: { type: 'string', minLength: 1 },
    minItems: 1,
    default: ['Excessive Access Attempts (External)', 'Inbound Port Scanner'],
  },
  'failed-attempts': {
    description:
      'How many failed attempts in all observations of an alert make an address an offender. An observation ' +
      'that does not count attempts is enough by itself.',
    type: 'integer',
    minimum: 1,
    default: 10,
  },
  'block-seconds': {
    description:
      'How long a block lasts, in seconds, for an offender that was not blocked before. An alert that comes ' +
      'while a block is in force extends it by the same time.',
    type: 'integer',
    minimum: 1,
    default: 86400,
  },
  'escalation-factor': {
    description:
      'How many times as long each block is as the one before, for an offender that comes back after its block ' +
      'has ended: 2 means 1, 2, 4, … times block-seconds. 1 makes all blocks alike.',
    type: 'integer',
    minimum: 1,
    default: 2,
  },
  'longest-block-seconds': {
    description:
      "The longest block, in seconds, jitter included. At least block-seconds. Keep it at or below the host's " +
      'guard.longest-hold, which refuses a longer block.',
    type: 'integer',
    minimum: 1,
    default: 604800,
  },
  'jitter-percent': {
    description:
      'By how many percent a block may be shorter or longer, so that the blocks of one attack do not all end ' +
      'together. Which it is depends on the address and the alert alone.',
    type: 'integer',
    minimum: 0,
    maximum: 50,
    default: 10,
  },
  direction: {
    description:
      'Which traffic to deny, as seen from the subnet. A network ACL is stateless: `ingress` already ends every ' +
      'conversation that the offender starts.',
    type: 'string',
    enum: ['ingress', 'egress', 'both'],
    default: 'ingress',
  },
  'max-blocks': {
    description:
      'The most blocks to ask for in one decision. The worst offenders come first; who is left out is noted. ' +
      "Keep it at or below the host's guard.max-remediations, which refuses a longer decision as a whole.",
    type: 'integer',
    minimum: 1,
    maximum: 1000,
    default: 20,
  },
});

/** @typedef {import('../quell/settings').ValuesOf<typeof settings>} Settings */

/**
 * What is wrong with settings that are each right by themselves.
 *
 * @param {Settings} settings
 */
export function check(settings) {
  const [longest, first] = [settings['longest-block-seconds'], settings['block-seconds']];
  if (longest >= first) return [];
  return [{ path: '/longest-block-seconds', message: `is ${longest}, which is shorter than the first block; must be at least ${first}` }];
}
