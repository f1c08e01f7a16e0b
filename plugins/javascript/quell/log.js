/** Lines for the host's log, which tags them with the plugin's name and the alert's id. In node they go to standard error. */

/** @typedef {'trace' | 'debug' | 'info' | 'warn' | 'error'} Level */

/** @type {(level: Level, message: string) => void} */
let write = (level, message) => console.error(`${level}: ${message}`);

/** Say where lines go. For the host's side; a plugin has no need of it. @param {typeof write} to */
export function writeTo(to) {
  write = to;
}

/** What explains a decision belongs into its reasons and notes instead, which are kept. */
export const log = {
  /** Step by step. @param {unknown} message */
  trace: (message) => write('trace', String(message)),
  /** For the plugin's author. @param {unknown} message */
  debug: (message) => write('debug', String(message)),
  /** For who runs the host. @param {unknown} message */
  info: (message) => write('info', String(message)),
  /** Something is not as it should be. @param {unknown} message */
  warn: (message) => write('warn', String(message)),
  /** Something failed. @param {unknown} message */
  error: (message) => write('error', String(message)),
};
