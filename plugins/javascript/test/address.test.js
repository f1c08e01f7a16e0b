import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compareAddresses, contains, isSingle, parseAddress, parsePrefix } from '../quell/quell.js';

test('an address is read in every spelling that detectors use, and written in the shortest', () => {
  const spellings = {
    '192.0.2.1': '192.0.2.1',
    ' 192.0.2.1\n': '192.0.2.1',
    '::ffff:192.0.2.1': '192.0.2.1',
    '::FFFF:c000:201': '192.0.2.1',
    '2001:DB8::7': '2001:db8::7',
    '2001:db8:0:0:0:0:0:7': '2001:db8::7',
    '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
    '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
    '1:2:3:4:5:6:7::': '1:2:3:4:5:6:7:0',
    '::': '::',
    '::1': '::1',
    '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
  };
  for (const [text, shortest] of Object.entries(spellings)) assert.equal(parseAddress(text), shortest, text);
});

test('what is no address is never taken for one', () => {
  const none = ['', 'attacker.example', '192.0.2', '192.0.2.256', '192.0.2.01', '192.0.2.1/32', '192.0.2.1:80', '1::2::3', ':::', '1:2:3:4:5:6:7:8:9'];
  const more = ['1:2:3:4:5:6:7', '12345::', 'fe80::1%eth0', '192.0.2.1::', '::192.0.2', '[::1]', 3405803783, null, undefined, ['192.0.2.1'], {}];
  for (const text of [...none, ...more]) assert.equal(parseAddress(text), null, String(text));
});

test('a prefix has no host bits, and an address is the prefix of it alone', () => {
  assert.equal(parsePrefix('192.0.2.77/24'), '192.0.2.0/24');
  assert.equal(parsePrefix('2001:db8:1::7/64'), '2001:db8:1::/64');
  assert.equal(parsePrefix('2001:db8::1'), '2001:db8::1/128');
  assert.equal(parsePrefix('0.0.0.0/0'), '0.0.0.0/0');
  assert.equal(parsePrefix('10.1.0.0/08'), '10.0.0.0/8');
  for (const text of ['192.0.2.0/33', '192.0.2.0/024', '192.0.2.0/255.255.255.0', '192.0.2.0/', 'everyone', '::/129']) {
    assert.equal(parsePrefix(text), null, text);
  }
});

test('a prefix contains its addresses and no others', () => {
  assert.ok(contains('192.0.2.0/24', '192.0.2.255') && contains('::/0', '2001:db8::1') && contains('192.0.2.1/32', '192.0.2.1'));
  assert.ok(!contains('192.0.2.0/24', '192.0.3.0') && !contains('0.0.0.0/0', '::1') && !contains('192.0.2.0/24', 'nobody'));
  assert.ok(isSingle('192.0.2.1/32') && !isSingle('2001:db8::/64'));
});

test('addresses are sorted by family and number and not as text', () => {
  const sorted = ['203.0.113.100', '203.0.113.9', '::1', '10.0.0.1'].sort(compareAddresses);
  assert.deepEqual(sorted, ['10.0.0.1', '203.0.113.9', '203.0.113.100', '::1']);
});
