// The default plugin's rule in JavaScript: blocks external attackers at the network ACL of the instance that they attack. Its decisions are equal to those
// of plugins/nacl-block, which is in Rust: both are tested by the same recordings.

import { plugin } from '../quell/quell.js';
import { decide } from './decide.js';
import { check, settings } from './settings.js';

export default plugin({
  name: 'nacl-block',
  version: '0.1.0',
  summary: 'Blocks external attackers at the network ACL of the instance that they attack.',
  actions: ['block'],
  facts: ['observations', 'instance', 'history'],
  settings,
  check,
  decide: ({ alert }, settings, facts) => decide(alert, settings, facts),
});
