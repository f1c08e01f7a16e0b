/**
 * Addresses and prefixes, as detectors write them. Both are strings in their shortest spelling, so that equal ones are `===`.
 */

/** The widths of both families, in bits. */
const BITS = { 4: 32, 6: 128 };

/**
 * Read an address. Space around it is allowed, a prefix length, a port or a zone is not. An IPv4 address in IPv6 clothes
 * (`::ffff:192.0.2.1`) is the IPv4 address: it is the one that a network ACL sees.
 *
 * @param {unknown} text
 * @returns {string | null} in its shortest spelling, or null if it is no address
 */
export function parseAddress(text) {
  const read = typeof text === 'string' ? number(text.trim()) : null;
  return read && spelling(read);
}

/**
 * Read a prefix in CIDR notation, or an address as the prefix of it alone. Host bits are cleared.
 *
 * @param {unknown} text
 * @returns {string | null} such as `192.0.2.0/24`, or null if it is no prefix
 */
export function parsePrefix(text) {
  const read = typeof text === 'string' ? prefix(text.trim()) : null;
  return read && `${spelling(read)}/${read.length}`;
}

/**
 * Whether an address is in a prefix.
 *
 * @param {string} within a prefix
 * @param {string} address an address
 * @returns {boolean}
 */
export function contains(within, address) {
  const [outer, inner] = [prefix(within), number(address)];
  if (!outer || !inner || outer.family !== inner.family) return false;
  return (inner.value & mask(outer.family, outer.length)) === outer.value;
}

/**
 * Whether a prefix holds one address alone.
 *
 * @param {string} text a prefix
 * @returns {boolean}
 */
export function isSingle(text) {
  const read = prefix(text);
  return read !== null && read.length === BITS[read.family];
}

/**
 * For `sort`: IPv4 before IPv6, then by number.
 *
 * @param {string} one an address
 * @param {string} other an address
 * @returns {number}
 */
export function compareAddresses(one, other) {
  const [a, b] = [number(one), number(other)];
  if (!a || !b) return Number(!a) - Number(!b);
  if (a.family !== b.family) return a.family - b.family;
  return a.value < b.value ? -1 : Number(a.value > b.value);
}

/** @typedef {{ family: 4 | 6, value: bigint }} Read */

/** @param {string} text @returns {Read | null} */
function number(text) {
  const v4 = ipv4(text);
  if (v4 !== null) return { family: 4, value: v4 };
  const v6 = ipv6(text);
  if (v6 === null) return null;
  return v6 >> 32n === 0xffffn ? { family: 4, value: v6 & 0xffffffffn } : { family: 6, value: v6 };
}

/** @param {string} text @returns {(Read & { length: number }) | null} */
function prefix(text) {
  const [address, length, ...more] = text.split('/');
  if (length === undefined) {
    const read = number(address);
    return read && { ...read, length: BITS[read.family] };
  }
  // Not `number`: of an IPv4 address in IPv6 clothes the length would be that of the clothes.
  const v4 = ipv4(address);
  const [family, value] = v4 === null ? [/** @type {6} */ (6), ipv6(address)] : [/** @type {4} */ (4), v4];
  // As many digits as the longest has, zeros before it included: so the Rust SDK reads it.
  const digits = family === 4 ? /^\d{1,2}$/ : /^\d{1,3}$/;
  if (more.length > 0 || value === null || !digits.test(length) || Number(length) > BITS[family]) return null;
  return { family, value: value & mask(family, Number(length)), length: Number(length) };
}

/** @param {4 | 6} family @param {number} length */
function mask(family, length) {
  const host = BigInt(BITS[family] - length);
  return ((1n << BigInt(BITS[family])) - 1n) & ~((1n << host) - 1n);
}

/** @param {string} text @returns {bigint | null} */
function ipv4(text) {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  // A leading zero is octal to some readers and decimal to others.
  if (!parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return null;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

/** @param {string} text @returns {bigint | null} */
function ipv6(text) {
  const halves = text.split('::');
  if (halves.length > 2 || text.length > 45) return null;
  const [head, tail] = halves.map(groups);
  if (!head || (halves.length === 2 && !tail)) return null;
  const given = head.length + (tail?.length ?? 0);
  if (halves.length === 1 ? given !== 8 : given > 7) return null;
  // The old spelling of an IPv4 address may only end it.
  if (halves.length === 2 && halves[0].includes('.')) return null;
  const all = [...head, ...Array(8 - given).fill(0), ...(tail ?? [])];
  return all.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** @param {string} text @returns {number[] | null} */
function groups(text) {
  if (text === '') return [];
  const parts = text.split(':');
  const last = parts[parts.length - 1];
  const v4 = last.includes('.') ? ipv4(last) : null;
  if (last.includes('.')) {
    if (v4 === null) return null;
    parts.pop();
  }
  if (!parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return null;
  const read = parts.map((part) => parseInt(part, 16));
  return v4 === null ? read : [...read, Number(v4 >> 16n), Number(v4 & 0xffffn)];
}

/** The shortest spelling, by RFC 5952. @param {Read} read */
function spelling({ family, value }) {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const all = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn));
  let [begin, length] = [0, 1];
  for (let at = 0; at < 8; at += 1) {
    let end = at;
    while (end < 8 && all[end] === 0) end += 1;
    if (end - at > length) [begin, length] = [at, end - at];
  }
  const hexadecimal = all.map((group) => group.toString(16));
  if (length === 1) return hexadecimal.join(':');
  return `${hexadecimal.slice(0, begin).join(':')}::${hexadecimal.slice(begin + length).join(':')}`;
}
