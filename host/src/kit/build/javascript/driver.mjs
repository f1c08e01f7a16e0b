// Builds components for `quell plugin build`, one for each line on standard input, in one process: the second takes half as long as the first.
// Run as `node --input-type=module --eval`, in the plugin's folder, so that the plugin's own packages are found.

import childProcess from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { cwd } from 'node:process';
import { createInterface } from 'node:readline';

import { componentize } from '@bytecodealliance/componentize-js';

// Standard output is for answers. What the tools say there goes where people read.
console.log = console.error;

// componentize-js runs the engine by this, and tells it the paths of the stage and of a folder with a random name. The engine keeps what it is told,
// so it is told names that are the same wherever a plugin is built. There is no option for them.
const { spawnSync } = childProcess;
childProcess.spawnSync = (program, args, options) => {
  const given = args.find((it) => it.startsWith('--dir='))?.slice('--dir='.length);
  if (!given) return spawnSync(program, args, options);
  const input = options.input.replaceAll(given, '/sources').replaceAll(`${cwd()}/`, '/stage/');
  const shown = args.map((it) => (it === `--dir=${given}` ? `--mapdir=/sources::${given}` : it));
  return spawnSync(program, shown, { ...options, input });
};
syncBuiltinESMExports();

// componentize-js puts the time of the build where a component would ask for the time. No plugin is told it, and all builds would differ by it.
Date.now = () => 1000;

for await (const line of createInterface({ input: process.stdin })) {
  const { stage, engine, entry, component } = JSON.parse(line);
  const answer = { error: null };
  try {
    // Paths in the plugin's error messages are told from here.
    process.chdir(stage);
    const built = await componentize({
      engine,
      sourcePath: entry,
      witPath: 'wit',
      worldName: 'plugin',
      // Each of them would import something of WASI, which no host gives.
      disableFeatures: ['random', 'stdio', 'clocks', 'http', 'fetch-event'],
    });
    await writeFile(component, built.component);
  } catch (error) {
    answer.error = error.message;
  }
  process.stdout.write(`\nquell: ${JSON.stringify(answer)}\n`);
}
