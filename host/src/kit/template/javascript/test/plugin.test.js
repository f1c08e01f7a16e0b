// The plugin, called as the host calls it, with facts that are given here. Run with `node --test`.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeFacts, alert, decide, instance, observation, request, validateSettings } from '../quell/testing.js';
import plugin from '../src/plugin.js';

const WEB = 'i-0a1b2c3d4e5f60718';

/** An instance that was attacked like this. */
const facts = (...observations) =>
  new FakeFacts({
    observations: observations.map(observation),
    instances: [instance(WEB, 'subnet-0a1b2c3d', ['10.0.1.20'])],
  });

const decided = (settings, facts) => decide(plugin, request(alert('Excessive Access Attempts (External)', WEB), settings), facts);

/** The prefixes that a decision blocks. */
const blocked = (decision) => decision.val.remediations.map(({ action }) => action.val.prefix);

test('who tried often enough in all is blocked and nobody else', () => {
  const attacked = facts(
    { connected_ip: '203.0.113.7', failed_attempts: 6 },
    { connected_ip: '203.0.113.7', failed_attempts: 4 },
    { connected_ip: '198.51.100.9', failed_attempts: 9 },
    { connected_ip: 'nobody', failed_attempts: 900 },
  );
  assert.deepEqual(blocked(decided({}, attacked)), ['203.0.113.7/32']);
});

test('settings say how often is too often', () => {
  const attacked = facts({ connected_ip: '203.0.113.7', failed_attempts: 6 });
  assert.deepEqual(blocked(decided({ attempts: 6 }, attacked)), ['203.0.113.7/32']);
  assert.equal(decided({}, attacked).val.reason, 'of 1 remote addresses of alert 6125 none tried 10 times');
});

test('an instance that is not known fails the decision', () => {
  const unknown = new FakeFacts({ observations: [observation({ connected_ip: '203.0.113.7', failed_attempts: 60 })] });
  assert.throws(() => decided({}, unknown), { name: 'Failure', kind: 'facts' });
});

test('wrong settings are told with their names', () => {
  const paths = validateSettings(plugin, { attempts: 0, 'block-secs': 5 }).map(({ path }) => path);
  assert.deepEqual(paths, ['/block-secs', '/attempts']);
});
