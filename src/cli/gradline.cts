#!/usr/bin/env node
/**
 * The command's door. Images are decoded, encoded, read and written in libuv's pool, which all threads of the process share, and whose size is
 * read once, when it is first used. Node loads modules through it, so this file is CommonJS, which Node loads without.
 */

/** Files that are waited for, besides the images that keep the cores busy. */
const waiting = 4;

process.env.UV_THREADPOOL_SIZE ??= String(process.getBuiltinModule('node:os').availableParallelism() + waiting);

/**
 * What a signal to stop ends the process with while modules are loaded, which on a busy machine takes many seconds. Commands that serve until they
 * are told to end have been told: nothing is begun. For others the system's own way is right, but it has none for the first process of a container.
 */
const [command, subcommand] = process.argv.slice(2);
const serves =
  command === 'schedule' ? subcommand === 'serve' : ['worker', 'dashboard', 'serve'].includes(command ?? '');
const interrupted = 130;
if (serves || process.pid === 1) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(serves ? 0 : interrupted));
}

void import('./main.js');
