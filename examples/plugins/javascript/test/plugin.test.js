import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FactError } from '../quell/quell.js';
import { FakeFacts, alert, decide, history, instance, observation, request, validateSettings } from '../quell/testing.js';
import plugin from '../src/plugin.js';

const ACCESS = 'Excessive Access Attempts (External)';
const SCAN = 'Inbound Port Scanner';
const WEB = 'i-0abc1234def567890';

const facts = (observations, more = {}) =>
  new FakeFacts({
    observations: observations.map(observation),
    instances: [instance(WEB, 'subnet-0a1b2c3d', ['10.0.1.20', '192.0.2.20', '2001:db8:1::20'])],
    ...more,
  });

/** The decision as lines: what an operator would read. */
function told(alert, facts, settings = {}) {
  const { tag, val } = decide(plugin, request(alert, settings), facts);
  if (tag === 'nothing') return [`nothing: ${val.reason}`, ...val.notes];
  const lines = val.remediations.map(({ action, reason, confidence }) => `${action.val.prefix} at ${action.val.at.val}, ${confidence}%: ${reason}`);
  return [...lines, ...val.notes];
}

test('attackers are blocked worst first and everybody else is accounted for', () => {
  const attacked = facts([
    { connected_ip: '203.0.113.7', failed_attempts: 40 },
    { connected_ip: '2001:db8:bad::7', failed_attempts: 480 },
    { connected_ip: '203.0.113.7', failed_attempts: 15 },
    { connected_ip: '10.99.0.4', failed_attempts: 11 },
    { connected_ip: null, failed_attempts: 900 },
    { connected_ip: '198.51.100.1', failed_attempts: 9 },
    { connected_ip: '192.0.2.20', failed_attempts: 500 },
    { connected_ip: 'somebody', failed_attempts: 500 },
  ]);
  assert.deepEqual(told(alert(ACCESS, WEB), attacked), [
    `2001:db8:bad::7/128 at ${WEB}, 90%: 2001:db8:bad::7 made 480 failed attempts to access ${WEB}: alert 6125, ${ACCESS}`,
    `203.0.113.7/32 at ${WEB}, 70%: 203.0.113.7 made 55 failed attempts to access ${WEB}: alert 6125, ${ACCESS}`,
    `10.99.0.4/32 at ${WEB}, 50%: 10.99.0.4 made 11 failed attempts to access ${WEB}: alert 6125, ${ACCESS}`,
    '198.51.100.1 is left out: 9 failed attempts, fewer than 10',
    "192.0.2.20 is left out: it is of the alert's own side",
    'observation 1: connected_ip `somebody` is not an address',
  ]);
});

test('a scan of the network is stopped at each instance that was scanned', () => {
  const scanned = facts([
    { scanner_ip: '198.51.100.9', scanned_ip: '10.0.1.20' },
    { scanner_ip: '198.51.100.9', scanned_ip: '10.0.2.20' },
    { scanner_ip: '198.51.100.10', scanned_ip: '10.0.3.20' },
  ]);
  scanned.told.instances.push(instance('i-0db', 'subnet-b', ['10.0.2.20']));
  assert.deepEqual(told(alert(SCAN, 'Network'), scanned), [
    `198.51.100.9/32 at ${WEB}, 50%: 198.51.100.9 is the remote side of 2 observations of Network (${WEB}): alert 6125, ${SCAN}`,
    `198.51.100.9/32 at i-0db, 50%: 198.51.100.9 is the remote side of 2 observations of Network (i-0db): alert 6125, ${SCAN}`,
    '198.51.100.10 is left out: no instance is known that it attacked',
  ]);
});

test('who comes back is blocked for longer each time', () => {
  const attacked = facts(
    ['203.0.113.7', '203.0.113.8', '203.0.113.9'].map((connected_ip) => ({ connected_ip, failed_attempts: 90 })),
    { histories: { '203.0.113.8': history(1), '203.0.113.9': history(50) } },
  );
  const { val } = decide(plugin, request(alert(ACCESS, WEB), { 'jitter-percent': 0 }), attacked);
  assert.deepEqual(val.remediations.map(({ until }) => until.val), [86400, 172800, 604800]);
});

test('a history that can not be had makes a block short and is told', () => {
  const attacked = facts([{ scanner_ip: '203.0.113.7' }], { errors: { history: new FactError('unavailable', 'it is locked') } });
  const note = '1 address is blocked only as long as the first time, because its history is not known: it is locked';
  assert.equal(told(alert(SCAN, WEB), attacked).at(-1), note);
});

test('a fact that the host may not ask fails the decision', () => {
  const denied = facts([{ scanner_ip: '203.0.113.7' }], { errors: { instance: new FactError('not-permitted', 'ec2:DescribeInstances') } });
  assert.throws(() => told(alert(SCAN, WEB), denied), { kind: 'facts', message: 'not permitted: ec2:DescribeInstances' });
});

test('settings that make no sense are all told at once', () => {
  const problems = validateSettings(plugin, { 'alert-types': [' '], 'failed-attempts': 0, direction: 'in', 'max-block': 3 });
  assert.deepEqual(problems.map(({ path }) => path), ['/max-block', '/alert-types/0', '/failed-attempts', '/direction']);
  const [{ path, message }] = validateSettings(plugin, { 'block-seconds': 864000 });
  assert.deepEqual([path, message], ['/longest-block-seconds', 'is 604800, which is shorter than the first block; must be at least 864000']);
});
