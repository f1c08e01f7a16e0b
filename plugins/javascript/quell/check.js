/** Checks the form of a decision. Without it the host would see only that the plugin broke down. */

/** @typedef {(value: any, path: string) => void} Check throws if the value has another form */

/** @param {string} type @returns {Check} */
const is = (type) => (value, path) => {
  if (typeof value !== type) wrong(path, value, `a ${type}`);
};

/** @param {number} low @param {number} high @returns {Check} */
const integer = (low, high) => (value, path) => {
  if (!Number.isSafeInteger(value) || value < low || value > high) wrong(path, value, `a whole number from ${low} to ${high}`);
};

/** @param {Check} item @returns {Check} */
const list = (item) => (value, path) => {
  if (!Array.isArray(value)) wrong(path, value, 'an array');
  value.forEach((/** @type {any} */ it, /** @type {number} */ index) => item(it, `${path}[${index}]`));
};

/** @param {Check} check @returns {Check} */
const optional = (check) => (value, path) => value === undefined || check(value, path);

/** @param {Record<string, Check>} fields @returns {Check} */
const record = (fields) => (value, path) => {
  if (typeof value !== 'object' || value === null) wrong(path, value, `an object with ${Object.keys(fields).join(', ')}`);
  for (const [name, check] of Object.entries(fields)) check(value[name], `${path}.${name}`);
};

/** @param {string[]} names @returns {Check} */
const oneOf = (...names) => (value, path) => {
  if (!names.includes(value)) wrong(path, value, `one of ${names.join(', ')}`);
};

/** @param {Record<string, Check | null>} cases @returns {Check} */
const variant = (cases) => (value, path) => {
  record({ tag: oneOf(...Object.keys(cases)) })(value, path);
  cases[value.tag]?.(value.val, `${path}.val`);
};

const text = is('string');
const extensions = list(record({ name: text, value: text }));
const ports = optional(record({ first: integer(-(2 ** 31), 2 ** 31 - 1), last: integer(-(2 ** 31), 2 ** 31 - 1) }));

const action = variant({
  block: record({
    prefix: text,
    direction: oneOf('ingress', 'egress', 'both'),
    at: variant({ instance: text, subnet: text, 'network-acl': text }),
    extensions,
  }),
  isolate: record({ instance: text, securityGroups: list(text), extensions }),
  'revoke-ingress': record({ securityGroup: text, protocol: text, ports, peer: text, extensions }),
  'set-instance-state': record({ instance: text, change: oneOf('stop', 'start', 'reboot'), extensions }),
  custom: record({ name: text, parameters: text }),
});

const remediation = record({
  action,
  reason: text,
  confidence: integer(0, 100),
  until: variant({ seconds: integer(1, Number.MAX_SAFE_INTEGER), released: null }),
  extensions,
});

/** A decision, as `nothing` and `remediate` make it. */
const decision = variant({
  remediate: record({ remediations: list(remediation), notes: list(text), extensions }),
  nothing: record({ reason: text, notes: list(text), extensions }),
});

/**
 * The same value, if it has the form of a decision.
 *
 * @param {any} value what `decide` returned
 * @returns {import('./contract').Decision}
 */
export function checkedDecision(value) {
  if (typeof value?.then === 'function') throw new TypeError('decide returned a promise; it must not be async: the host answers at once');
  decision(value, 'decision');
  return value;
}

/** @param {string} path @param {unknown} value @param {string} must @returns {never} */
function wrong(path, value, must) {
  const is = JSON.stringify(value, (_, it) => (typeof it === 'bigint' ? `${it}n` : it)) ?? String(value);
  throw new TypeError(`decide returned what is no decision: ${path} is ${is.slice(0, 100)}; must be ${must}`);
}
