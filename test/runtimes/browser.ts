/** onnxruntime-web in a browser, with the page of the example. */

import { cp, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { run } from './run-program.ts';
import type { Runtime } from './runtimes.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

function inBrowser(name: string, provider: string, args: readonly string[]): Runtime {
  return {
    name,
    program: 'examples/compiled/web/index.html',
    async install(folder) {
      await mkdir(folder, { recursive: true });
      await cp('examples/compiled/web', folder, { recursive: true });
      await run('npm', ['install', '--silent', '--prefix', folder, 'onnxruntime-web']);
      const own = join(folder, 'node_modules/onnxruntime-web');
      await cp(join(own, 'dist'), join(folder, 'ort'), { recursive: true });
      const { version }: { version: string } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8'));
      return {
        version,
        async explain(model, pixels, maps) {
          for (const [from, to] of [
            [model, 'explained.onnx'],
            [pixels, 'pixels.raw'],
          ] as const) {
            await rm(join(folder, to), { force: true });
            await link(from, join(folder, to));
          }
          const values = await foundInPage(folder, provider, args);
          await writeFile(maps, Float32Array.from(values));
        },
      };
    },
  };
}

async function foundInPage(folder: string, provider: string, args: readonly string[]): Promise<number[]> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    readFile(join(folder, path)).then(
      (body) => response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream').end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', ...args],
  });
  try {
    const page = await browser.newPage();
    const failed = new Promise<never>((_, reject) => page.on('pageerror', reject));
    await page.goto(`http://127.0.0.1:${port}/index.html?provider=${provider}`);
    const done = page.waitForFunction("'found' in window", undefined, { timeout: 600_000 });
    await Promise.race([done, failed]);
    return await page.evaluate<number[]>('window.found.maps');
  } finally {
    await browser.close();
    server.close();
  }
}

const software = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

export const browserRuntimes: readonly Runtime[] = [
  inBrowser('onnxruntime-web, WASM in Chromium', 'wasm', []),
  {
    ...inBrowser('onnxruntime-web, WebGPU in Chromium (software)', 'webgpu', software),
    only: ['mobilenet_v2', 'vit_tiny'],
  },
];
