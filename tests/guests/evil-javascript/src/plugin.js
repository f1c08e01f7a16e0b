// A plugin that attacks its host. Each mode is one threat.

import { nothing, plugin } from '../quell/quell.js';

const attacks = {
  good: () => nothing('there is nothing to do'),
  loop: () => {
    for (;;);
  },
  memory: () => {
    for (const kept = []; ; ) kept.push(new Array(10000).fill(kept.length));
  },
  'one-large-piece': () => new Uint8Array(1 << 30),
  exception: () => offenderOf({}),
  'thrown-text': () => {
    throw 'no error at all';
  },
  recursion: () => attacks.recursion() + 1,
  'wrong-type': () => nothing(7),
  'no-decision': () => undefined,
  promise: async () => nothing('later'),
  clock: () => nothing(`it is ${Date.now()}`),
  'new-date': () => nothing(`it is ${new Date()}`),
  random: () => nothing(`it is ${Math.random()}`),
  'given-date': () => nothing(new Date(0).toISOString()),
};

function offenderOf(observation) {
  return observation.remote.address;
}

export default plugin({
  name: 'evil-javascript',
  version: '0.1.0',
  summary: 'Attacks its host.',
  actions: [],
  facts: ['observations'],
  settings: { mode: { description: 'How.', type: 'string', enum: Object.keys(attacks) } },
  check: ({ mode }) => (mode === 'exception' ? offenderOf({}) : []),
  decide: (_, { mode }) => attacks[mode](),
});
