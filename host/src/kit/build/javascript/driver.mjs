// Builds components for `quell plugin build`, one for each line on standard input, in one process: the second takes half as long as the first.
// Run as `node --input-type=module --eval`, in the plugin's folder, so that the plugin's own packages are found.

import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

import { componentize } from '@bytecodealliance/componentize-js';

// Standard output is for answers. What the tools say there goes where people read.
console.log = console.error;

for await (const line of createInterface({ input: process.stdin })) {
  const { stage, entry, wit, component } = JSON.parse(line);
  const answer = { error: null };
  try {
    // Paths in the plugin's error messages are told from here.
    process.chdir(stage);
    const built = await componentize({
      sourcePath: entry,
      witPath: wit,
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
