#!/usr/bin/env node
/**
 * The command's door. Images are decoded, encoded, read and written in libuv's pool, which all threads of the process share, and whose size is
 * read once, when it is first used. Node loads modules through it, so this file is CommonJS, which Node loads without.
 */

/** Files that are waited for, besides the images that keep the cores busy. */
const waiting = 4;

process.env.UV_THREADPOOL_SIZE ??= String(process.getBuiltinModule('node:os').availableParallelism() + waiting);
void import('./main.js');
