/** From the text of the settings to values that were checked, with all that is wrong told at once. */

/**
 * @typedef {object} Setting what one setting may be, in the words of JSON Schema
 * @property {string} description what it means, for the operator
 * @property {'integer' | 'number' | 'string' | 'boolean' | 'array'} type
 * @property {unknown} [default] without one the setting must be given
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {readonly string[]} [enum]
 * @property {number} [minLength] of a string
 * @property {number} [minItems] of an array, at least
 * @property {Omit<Setting, 'description'>} [items] of an array
 */

/** @typedef {{ path: string, message: string }} Problem */

/**
 * The value of a setting, and those of all of them by their names.
 *
 * @template S
 * @typedef {S extends { enum: readonly (infer V)[] } ? V
 *   : S extends { type: 'integer' | 'number' } ? number
 *   : S extends { type: 'string' } ? string
 *   : S extends { type: 'boolean' } ? boolean
 *   : S extends { type: 'array', items: infer I } ? ValueOf<I>[]
 *   : unknown} ValueOf
 */

/**
 * @template S
 * @typedef {{ [K in keyof S]: ValueOf<S[K]> }} ValuesOf
 */

/**
 * The JSON Schema of settings.
 *
 * @param {Record<string, Setting>} settings
 * @returns {object}
 */
export function schemaOf(settings) {
  const required = Object.keys(settings).filter((name) => !('default' in settings[name]));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    properties: settings,
    ...(required.length > 0 && { required }),
  };
}

/**
 * Read settings: each that is not given has its default.
 *
 * @param {Record<string, Setting>} settings what there is to set
 * @param {string} text the text of a JSON object
 * @returns {{ values: Record<string, any>, problems: Problem[] }} the values are good only if there is no problem
 */
export function readSettings(settings, text) {
  /** @param {string} message */
  const wrong = (message) => ({ values: {}, problems: [{ path: '', message }] });
  let given;
  try {
    given = JSON.parse(text);
  } catch (error) {
    return wrong(`settings are not JSON: ${/** @type {Error} */ (error).message}`);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return wrong('settings must be a JSON object');

  /** @type {Problem[]} */
  const problems = [];
  const known = Object.keys(settings);
  for (const name of Object.keys(given).filter((name) => !known.includes(name))) {
    problems.push({ path: pointer('', name), message: `unknown field \`${name}\`, ${expected(known)}` });
  }
  /** @type {Record<string, any>} */
  const values = {};
  for (const name of known) {
    if (name in given) {
      values[name] = given[name];
      problems.push(...problemsOf(settings[name], given[name], pointer('', name)));
    } else if ('default' in settings[name]) {
      values[name] = structuredCopy(settings[name].default);
    } else {
      problems.push({ path: '', message: `missing field \`${name}\`` });
    }
  }
  return { values, problems };
}

/** What is there in place of a name that is not; in the words of the Rust SDK. @param {string[]} names */
function expected(names) {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length === 0) return 'there are no fields';
  return quoted.length > 2 ? `expected one of ${quoted.join(', ')}` : `expected ${quoted.join(' or ')}`;
}

/** A default that a plugin changes must not be changed for the next. @param {*} value */
const structuredCopy = (value) => JSON.parse(JSON.stringify(value));

/** One step of a JSON pointer (RFC 6901). @param {string} path @param {string | number} step */
const pointer = (path, step) => `${path}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/**
 * @param {Omit<Setting, 'description'>} setting
 * @param {*} value
 * @param {string} path
 * @returns {Problem[]}
 */
function problemsOf(setting, value, path) {
  /** @param {string} message */
  const wrong = (message) => [{ path, message }];
  const is = JSON.stringify(value);
  if (!hasType(setting.type, value)) return wrong(`is ${is}; must be ${aOrAn(setting.type)}`);
  if (setting.enum && !setting.enum.includes(value)) return wrong(`is ${is}; must be one of ${setting.enum.join(', ')}`);
  const { minimum = -Infinity, maximum = Infinity } = setting;
  if (value < minimum || value > maximum) {
    return wrong(maximum === Infinity ? `is ${is}; must be at least ${minimum}` : `is ${is}; must be from ${minimum} to ${maximum}`);
  }
  if (setting.minLength !== undefined && value.trim().length < setting.minLength) return wrong(`is ${is}; must not be empty`);
  if (setting.minItems !== undefined && value.length < setting.minItems) return wrong(`must have at least ${setting.minItems} item`);
  const { items } = setting;
  return items ? value.flatMap((/** @type {*} */ item, /** @type {number} */ index) => problemsOf(items, item, pointer(path, index))) : [];
}

/** @param {Setting['type']} type @param {*} value */
function hasType(type, value) {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'array') return Array.isArray(value);
  return typeof value === type;
}

/** @param {string} word */
const aOrAn = (word) => (/^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`);
