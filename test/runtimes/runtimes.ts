/** Runtimes that compiled files are tried in: each is installed into a folder of its own and runs its example. */

import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { output, run } from './run-program.ts';

/** How a runtime's example is called; its arguments are the model, the pictures, and where the maps go. */
interface Installed {
  version: string;
  explain(model: string, pixels: string, maps: string): Promise<void>;
}

export interface Runtime {
  name: string;
  /** Its example, or the program that stands for one. */
  program: string;
  /** For runtimes that are too slow for larger networks. */
  only?: readonly string[];
  install(folder: string): Promise<Installed>;
}

const example = (path: string) => join('examples/compiled', path);

/** @returns the environment's own Python */
export async function pythonWith(packages: readonly string[], folder: string): Promise<string> {
  const python = join(folder, 'bin/python');
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '-q', ...packages]);
  return python;
}

async function versionOf(name: string, python: string): Promise<string> {
  return (await output(python, ['-c', `import importlib.metadata as m; print(m.version('${name}'))`])).trim();
}

function inPython(name: string, packages: readonly [string, ...string[]], program: string): Runtime {
  return {
    name,
    program,
    async install(folder) {
      const python = await pythonWith(['numpy', ...packages], folder);
      const version = await versionOf(packages[0], python);
      return { version, explain: (...files) => run(python, [program, ...files]) };
    },
  };
}

/** The format that reduced builds for phones read, which is not ONNX's. */
const mobile: Runtime = {
  name: 'ONNX Runtime, ORT format',
  program: example('python/explain.py'),
  async install(folder) {
    const python = await pythonWith(['numpy', 'onnxruntime', 'onnx'], folder);
    const converted = join(folder, 'converted');
    return {
      version: await versionOf('onnxruntime', python),
      async explain(model, ...files) {
        const tool = ['-m', 'onnxruntime.tools.convert_onnx_models_to_ort', '--optimization_style', 'Fixed'];
        await rm(converted, { recursive: true, force: true });
        await mkdir(converted);
        await run(python, [...tool, '--output_dir', converted, model]);
        await run(python, [example('python/explain.py'), join(converted, `${basename(model, '.onnx')}.ort`), ...files]);
      },
    };
  },
};

const java: Runtime = {
  name: 'ONNX Runtime, Java',
  program: example('java/src/main/java/Explain.java'),
  async install(folder) {
    await cp(example('java'), folder, { recursive: true });
    const goals = ['compile', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'];
    await run('mvn', ['-q', '-B', '-f', join(folder, 'pom.xml'), ...goals]);
    const classpath = `${join(folder, 'target/classes')}:${await readFile(join(folder, 'classpath'), 'utf8')}`;
    const version = /onnxruntime-([\d.]+)\.jar/.exec(classpath)?.[1] ?? 'unknown';
    return { version, explain: (...files) => run('java', ['-cp', classpath, 'Explain', ...files]) };
  },
};

/** ONNX Runtime's shared library, as the package for Node.js brings it. */
async function sharedLibrary(): Promise<{ version: string; library: string }> {
  const own = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const { version }: { version: string } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8'));
  return { version, library: join(own, 'bin/napi-v6', process.platform, process.arch, 'libonnxruntime.so.1') };
}

const go: Runtime = {
  name: 'ONNX Runtime, Go',
  program: example('go/explain.go'),
  async install(folder) {
    await cp(example('go'), folder, { recursive: true });
    await run('go', ['mod', 'tidy'], { cwd: folder });
    await run('go', ['build', '-o', 'explain', '.'], { cwd: folder });
    const { version, library } = await sharedLibrary();
    const env = { ...process.env, ONNXRUNTIME: library };
    return { version, explain: (...files) => run(join(folder, 'explain'), files, { env }) };
  },
};

const rust: Runtime = {
  name: 'ONNX Runtime, Rust',
  program: example('rust/src/main.rs'),
  async install(folder) {
    await cp(example('rust'), folder, { recursive: true });
    await run('cargo', ['build', '--release', '--quiet'], { cwd: folder });
    const { version, library } = await sharedLibrary();
    const env = { ...process.env, ONNXRUNTIME: library };
    return { version, explain: (...files) => run(join(folder, 'target/release/explain'), files, { env }) };
  },
};

const web: Runtime = {
  name: 'onnxruntime-web, WASM in Node',
  program: example('web/node.mjs'),
  async install(folder) {
    await mkdir(folder, { recursive: true });
    await cp(example('web'), folder, { recursive: true });
    await run('npm', ['install', '--silent', '--prefix', folder, 'onnxruntime-web']);
    const file = join(folder, 'node_modules/onnxruntime-web/package.json');
    const { version }: { version: string } = JSON.parse(await readFile(file, 'utf8'));
    return { version, explain: (...files) => run(process.execPath, [join(folder, 'node.mjs'), ...files]) };
  },
};

export const runtimes: readonly Runtime[] = [
  inPython('ONNX Runtime, Python', ['onnxruntime'], example('python/explain.py')),
  java,
  go,
  rust,
  mobile,
  inPython('OpenVINO', ['openvino'], example('openvino/explain.py')),
  web,
  {
    ...inPython("ONNX's reference evaluator", ['onnx'], 'test/runtimes/reference.py'),
    only: ['squeezenet1_1'],
  },
];
