/** Where ONNX Runtime's native libraries of this installation lie. */

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';

export interface RuntimeBinding {
  /** Of onnxruntime-node, and so of ONNX Runtime. */
  version: string;
  /** Folder of the binding for this system, in which ONNX Runtime looks for the libraries of its providers. */
  folder: string;
}

const packageFile = z.object({ version: z.string() });

/** @throws UserError `no-runtime` where onnxruntime-node is incomplete */
export function runtimeBinding(): RuntimeBinding {
  const file = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const { version } = packageFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  const bindings = join(dirname(file), 'bin');
  const node = readdirSync(bindings).find((name) => name.startsWith('napi-'));
  if (node === undefined) throw new UserError('no-runtime', `${bindings} holds no binding. Install Gradline anew.`);
  return { version, folder: join(bindings, node, process.platform, process.arch) };
}
