/** The demo's run explained on demand, over HTTP, with the model in its thread from the built files. */

import { writeFile } from 'node:fs/promises';
import { request as ask } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExplanationAnswer, ExplanationRequest, ExploredModel } from '../../src/explore/contract.ts';
import { openExploredRun } from '../../src/explore/explored-run.ts';
import { fills } from '../../src/explore/terms.ts';
import { csrfHeader } from '../../src/shared/access/refused.ts';
import { FileStore } from '../../src/shared/store/file-store.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { type ExploredDemo, exploreDemo } from './explored-demo.ts';

const balloon = 'balloon/0001.jpg';

describe('a run that is explored', () => {
  let demo: ExploredDemo;
  let secret: string;

  beforeAll(async () => {
    demo = await exploreDemo([balloon, 'balloon/0015.jpg', 'windmill/0001.jpg']);
    const page = await (await fetch(`${demo.address}/report/index.html`)).text();
    secret = /<meta name="gradline-explore" content="([\w-]+)">/.exec(page)?.[1] ?? '';
  });

  afterAll(async () => {
    await demo.close();
    expect(demo.defects).toEqual([]);
  });

  function post(body: object | string, headers: Record<string, string> = { [csrfHeader]: secret }): Promise<Response> {
    return fetch(`${demo.address}/explore/explanation`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  function asked(changes: Partial<ExplanationRequest> = {}): ExplanationRequest {
    return { key: balloon, layer: 'layer4', method: 'grad-cam', class: null, cover: null, ...changes };
  }

  async function answer(changes: Partial<ExplanationRequest> = {}): Promise<ExplanationAnswer> {
    const response = await post(asked(changes));
    expect(response.status).toBe(200);
    const given: ExplanationAnswer = JSON.parse(await response.text());
    return given;
  }

  test('says of the picture as it is what the record says, to the last digit', async () => {
    for (const record of demo.records) {
      for (const layer of ['layer3', 'layer4']) {
        const { original, covered, explained } = await answer({ key: record.key, layer });
        expect(original.top).toEqual(record.top);
        expect([explained.class, explained.name, covered]).toEqual([record.predicted, record.predictedName, null]);
        const map = record.maps.find((one) => one.layer === layer);
        const values = new Float32Array(Uint8Array.from(Buffer.from(original.map.values, 'base64')).buffer);
        expect([original.map.height, original.map.width]).toEqual(map?.shape);
        expect(Math.max(...values) / (map?.max ?? 0)).toBeCloseTo(1, 5);
      }
    }
  });

  test.each(fills)('covering the date with %s turns the lighthouse into a balloon', async (fill) => {
    const { original, covered, explained } = await answer({ cover: { fill, regions: [demo.dateOf(balloon)] } });
    expect([original.top[0]?.name, covered?.top[0]?.name]).toEqual(['lighthouse', 'balloon']);
    expect(explained.name).toBe('lighthouse');
    expect(covered?.score).toBeLessThan(original.score);
    const picture = Buffer.from(covered?.picture.split(',')[1] ?? '', 'base64');
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
  });

  test('a class by its name, a layer that the run did not hook, and methods over the pixels', async () => {
    const model: ExploredModel = JSON.parse(await (await fetch(`${demo.address}/explore/model`)).text());
    expect(model).toMatchObject({ height: 160, width: 160, classCount: 4 });
    expect(model.layers).toContain('layer2');
    const named = await answer({ class: 'Windmill', layer: 'layer2', method: 'layercam' });
    expect([named.explained, named.original.map.height]).toEqual([{ class: 3, name: 'windmill' }, 40]);
    const overPixels = await answer({ class: '0', method: 'input-gradients' });
    expect([overPixels.explained.name, overPixels.original.map.height]).toEqual(['balloon', 160]);
    const last = await answer({ layer: 'last' });
    expect(last.resolvedLayer).toBe('layer4');
  });

  test.each([
    ['a class that is not there', { class: 'zeppelin' }, 422, "Class 'zeppelin' is not in the run's classes."],
    ['a layer that is not there', { layer: 'layer9' }, 422, "Layer 'layer9' is not in the model"],
    ['an image that is not there', { key: 'balloon/9999.jpg' }, 404, 'balloon/9999.jpg'],
    ['a way out of the folder', { key: '../model.onnx' }, 422, "it holds a '..' part"],
    ['a cover of everything', { cover: { fill: 'grey' as const, regions: [all()] } }, 422, 'cover all of the picture'],
  ])('%s is refused in words', async (_, changes, status, text) => {
    const response = await post(asked(changes));
    const refused: { message: string } = JSON.parse(await response.text());
    expect([response.status, refused.message]).toEqual([status, expect.stringContaining(text)]);
  });

  test.each([
    ['no JSON', 'picture'],
    ['an unknown method', { ...asked(), method: 'magic' }],
    ['a field too many', { ...asked(), model: '/etc/passwd' }],
    ['half a pixel', { ...asked(), cover: { fill: 'grey', regions: [{ ...all(), width: 0.5 }] } }],
    ['hundreds of regions', { ...asked(), cover: { fill: 'grey', regions: Array(300).fill(all()) } }],
    ['a layer without a name', { ...asked(), layer: '' }],
  ])('a request with %s is refused', async (_, body) => {
    const response = await post(body);
    expect([response.status, await response.json()]).toEqual([422, expect.objectContaining({ code: 'bad-request' })]);
  });

  test('a request that is too large is refused', async () => {
    expect((await post({ ...asked(), key: 'k'.repeat(100_000) })).status).toBe(413);
  });

  test('only the page of this server, under its own name, may ask', async () => {
    expect((await post(asked(), {})).status).toBe(403);
    expect((await post(asked(), { [csrfHeader]: 'guessed' })).status).toBe(403);
    expect((await post(asked(), { [csrfHeader]: secret, Origin: 'https://example.com' })).status).toBe(403);
    expect(await statusUnder('attacker.example', '/explore/model')).toBe(403);
    expect(await statusUnder('attacker.example', '/report/index.html')).toBe(403);
  });

  test('the rest of the output is served as ever', async () => {
    const page = await fetch(`${demo.address}/`);
    expect(page.url).toBe(`${demo.address}/report/index.html`);
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self'");
    expect((await fetch(`${demo.address}/run.json`)).status).toBe(200);
    expect((await fetch(`${demo.address}/nothing`)).status).toBe(404);
    expect((await fetch(`${demo.address}/run.json`, { method: 'DELETE' })).status).toBe(405);
  });

  test('a model that did not make the run, and places where nothing is, are refused before anything is served', async () => {
    const output = new FileStore(demo.output);
    const folder = await temporaryFolder();
    const other = join(folder, 'other.onnx');
    await writeFile(other, 'another model');
    await expect(openExploredRun(output, { model: other, images: null })).rejects.toThrow('is not the model that made');
    const nowhere = join(folder, 'nowhere');
    await expect(openExploredRun(output, { model: nowhere, images: null })).rejects.toThrow('--model where it is now');
    await expect(openExploredRun(output, { model: null, images: nowhere })).rejects.toThrow('--images where they are');
  });

  function statusUnder(host: string, path: string): Promise<number> {
    const { hostname, port } = new URL(demo.address);
    return new Promise((resolve, reject) => {
      ask({ hostname, port, path, headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }
});

function all() {
  return { left: 0, top: 0, width: 160, height: 160 };
}
