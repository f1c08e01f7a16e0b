// What this plugin decides. `quell/` beside it is Quell's own part and need not be changed.

import { atInstance, block, compareAddresses, nothing, observed, parseAddress, plugin, remediate } from '../quell/quell.js';

export default plugin({
  name: 'my-plugin',
  version: '0.1.0',
  summary: 'Blocks whoever tried too often to access an instance.',
  actions: ['block'],
  facts: ['observations', 'instance'],
  settings: {
    attempts: {
      description: 'How many failed attempts, in all observations of an alert, make an address an attacker.',
      type: 'integer',
      minimum: 1,
      default: 10,
    },
    'block-seconds': {
      description: 'How long a block lasts, in seconds.',
      type: 'integer',
      minimum: 1,
      default: 3600,
    },
  },

  decide({ alert }, settings, facts) {
    if (alert.test || alert.resolved) return nothing(`alert ${alert.id} is a test or resolved`);

    /** @type {Map<string, number>} */
    const attempts = new Map();
    for (const observation of facts.observations()) {
      const { connected_ip, failed_attempts } = observed(observation);
      const remote = parseAddress(connected_ip);
      if (remote && failed_attempts >= 0) attempts.set(remote, (attempts.get(remote) ?? 0) + failed_attempts);
    }
    const attackers = [...attempts]
      .filter(([, tried]) => tried >= settings.attempts)
      .sort(([one], [other]) => compareAddresses(one, other));
    if (attackers.length === 0) {
      return nothing(`of ${attempts.size} remote addresses of alert ${alert.id} none tried ${settings.attempts} times`);
    }

    // Not known, not permitted or not answered: then the decision fails, and the host keeps the alert.
    const instance = facts.instance(alert.source.name);
    const blocks = attackers.map(([remote, tried]) =>
      block(remote, atInstance(instance.id), {
        reason: `${remote} tried ${tried} times to access ${instance.id}: alert ${alert.id}`,
        seconds: settings['block-seconds'],
      }),
    );
    return remediate(blocks);
  },
});
