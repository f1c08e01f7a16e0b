import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  atInstance, block, escalate, FactError, isolate, nothing, observed, plugin, remediate, remoteSides, revokeIngress,
} from '../quell/quell.js';
import { alert, decide, FakeFacts, history, observation, request, validateSettings } from '../quell/testing.js';

const NOTHING = new FakeFacts();

/** A plugin that decides like this. */
const deciding = (decide, settings = {}) =>
  plugin({ name: 'test', version: '1.0.0', summary: 'Tests.', actions: ['block'], facts: [], settings, decide });
const asked = (decide, facts = NOTHING) => () => decideWith(deciding(decide), facts);
const decideWith = (plugin, facts = NOTHING, settings = {}) => decide(plugin, request(alert('Scan', 'i-1'), settings), facts);

test('every block lasts as long as the Rust SDK would have it', () => {
  const escalation = { base: 86400, factor: 2, longest: 604800, jitterPercent: 10 };
  // The numbers of plugins/sdk/src/escalation/tests.rs.
  const seconds = ['', '203.0.113.7 6125', '203.0.113.8 6125', '203.0.113.7 6126'].map((seed) => escalate(escalation, history(0), seed));
  assert.deepEqual(seconds, [94309, 82775, 93278, 83281]);
  const exact = [[0, 0], [1, 0], [2, 0], [3, 0], [4294967295, 0], [1, 1], [3, 1]].map(([holds, inForce]) =>
    escalate({ ...escalation, jitterPercent: 0 }, history(holds, inForce), ''),
  );
  assert.deepEqual(exact, [86400, 172800, 345600, 604800, 604800, 86400, 345600]);
});

test('an answer of a wrong form is told with its place', () => {
  const at = atInstance('i-1');
  const wrong = {
    'decision is undefined; must be an object with tag': () => undefined,
    'decision.tag is "maybe"; must be one of remediate, nothing': () => ({ tag: 'maybe' }),
    'decision.val.reason is 7; must be a string': () => nothing(7),
    'decision.val.notes[1] is null; must be a string': () => nothing('a', ['b', null]),
    'decision.val.remediations[0].confidence is 101; must be a whole number from 0 to 100': () =>
      remediate([block('192.0.2.1', at, { reason: 'a', confidence: 101 })]),
    'decision.val.remediations[0].until.val is 0.5; must be a whole number from 1 to 9007199254740991': () =>
      remediate([block('192.0.2.1', at, { reason: 'a', seconds: 0.5 })]),
    'decision.val.remediations[0].reason is undefined; must be a string': () => remediate([block('192.0.2.1', at, {})]),
  };
  for (const [message, answer] of Object.entries(wrong)) {
    assert.throws(asked(answer), { message: `decide returned what is no decision: ${message}` });
  }
  assert.throws(asked(async () => nothing('later')), /must not be async/);
});

test('what the contract has no field for goes to the host by its name, and what is not said does not', () => {
  const extensions = (remediation) => asked(() => remediate([remediation]))().val.remediations[0].action.val.extensions;
  const reason = 'a';
  assert.deepEqual(extensions(isolate('i-1', { reason, interface: 'eni-1', remotes: ['203.0.113.7', '2001:db8::/64'] })), [
    { name: 'interface', value: 'eni-1' },
    { name: 'remotes', value: '203.0.113.7/32,2001:db8::/64' },
  ]);
  const rule = { protocol: 'tcp', peer: '0.0.0.0/0', id: 'sgr-1', description: 'for now' };
  assert.deepEqual(extensions(revokeIngress('sg-1', rule, { reason, narrowTo: ['198.51.100.0/24'] })), [
    { name: 'rule', value: 'sgr-1' },
    { name: 'description', value: 'for now' },
    { name: 'narrow-to', value: '198.51.100.0/24' },
  ]);
  assert.deepEqual(extensions(isolate('i-1', { reason, remotes: [] })), []);
  assert.deepEqual(extensions(revokeIngress('sg-1', { protocol: 'tcp', peer: '0.0.0.0/0' }, { reason })), []);
});

test('a fact that can not be had fails the decision unless it is caught', () => {
  const facts = () => new FakeFacts({ errors: { instance: new FactError('unavailable', 'it timed out') } });
  assert.throws(asked((_, __, facts) => facts.instance('i-1'), facts()), { name: 'Failure', kind: 'facts', message: 'unavailable: it timed out' });
  const caught = (_, __, facts) => {
    try {
      return facts.instance('i-1');
    } catch (error) {
      return nothing(`${error.kind}: ${error.message}`);
    }
  };
  assert.equal(asked(caught, facts())().val.reason, 'unavailable: it timed out');
});

test('there is no clock and there are no random numbers while a plugin decides', () => {
  const asking = { 'Date.now()': () => Date.now(), 'new Date()': () => new Date(), 'Math.random()': () => Math.random() };
  const more = { 'performance.now()': () => performance.now(), 'crypto.randomUUID()': () => crypto.randomUUID() };
  for (const [what, ask] of Object.entries({ ...asking, ...more })) {
    assert.throws(asked(ask), (error) => error.message.startsWith(`${what}: a plugin has no clock`), what);
  }
  assert.equal(asked(({ now }) => nothing(new Date(now).toISOString()))().val.reason, '2026-01-15T12:00:00.000Z');
  assert.ok(Date.now() > 0 && Math.random() < 1);
});

test('settings are checked by their types and bounds, and all problems told at once with their places', () => {
  const settings = {
    seconds: { description: 'How long.', type: 'integer', minimum: 1, maximum: 9, default: 3 },
    kinds: { description: 'Which.', type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, default: ['a'] },
    way: { description: 'Where.', type: 'string', enum: ['in', 'out'] },
  };
  const told = (given) => validateSettings(deciding(() => nothing('a'), settings), given).map(({ path, message }) => `${path} ${message}`);
  assert.deepEqual(told({ way: 'in' }), []);
  assert.deepEqual(told({ seconds: 0.5, kinds: ['', 1], way: 'up', 'a/b~': 1 }), [
    '/a~1b~0 unknown field `a/b~`, expected one of `seconds`, `kinds`, `way`',
    '/seconds is 0.5; must be an integer',
    '/kinds/0 is ""; must not be empty',
    '/kinds/1 is 1; must be a string',
    '/way is "up"; must be one of in, out',
  ]);
  assert.deepEqual(told({ seconds: 10, kinds: [] }), ['/seconds is 10; must be from 1 to 9', '/kinds must have at least 1 item', ' missing field `way`']);
  const values = decideWith(deciding((_, values) => nothing(JSON.stringify(values)), settings), NOTHING, { way: 'out' });
  assert.equal(values.val.reason, '{"seconds":3,"kinds":["a"],"way":"out"}');
});

test('of an observation the remote sides are read and rubbish is left out', () => {
  const seen = observation({ connected_ip: ['203.0.113.7', null, 'nobody'], remote_ip: '203.0.113.7', scanned_ip: '10.0.1.20' });
  assert.deepEqual(remoteSides(seen), ['203.0.113.7']);
  for (const rubbish of ['{', '[]', 'null', '7']) assert.deepEqual(observed(observation(rubbish)), {});
});
