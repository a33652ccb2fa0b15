import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planImageSet } from '../../demo/draw/image-set.ts';
import { writeImageSet } from '../../demo/draw/write-image-set.ts';
import { Explainer } from '../../src/explain/explainer.ts';
import { writePage } from '../../src/page/write-page.ts';
import { explainingPage } from '../../src/report/serve/answer-request.ts';
import { type OutputServer, serveOutput } from '../../src/report/serve/serve-output.ts';
import { FileStore } from '../../src/shared/store/file-store.ts';
import { decodeImage } from '../../src/worker/pipeline/decode/decode.ts';
import { resolvePreprocessing } from '../../src/worker/pipeline/decode/preprocessing.ts';
import { hashOf, openPage, phone, startBrowser, tapOpacity } from './browser.ts';

const model = 'demo/model/demo.onnx';
const key = 'balloon/0001.jpg';

describe('a page that explains in the browser', () => {
  let folder: string;
  let picture: string;
  let server: OutputServer;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradline-explaining-'));
    const pictures = join(folder, 'pictures');
    await writeImageSet(
      planImageSet('validation', 360, 7).filter((planned) => planned.key === key),
      pictures,
    );
    picture = join(pictures, key);
    const classNames: string[] = JSON.parse(await readFile('demo/classes.json', 'utf8'));
    const preprocessing = (size: { height: number; width: number }) =>
      resolvePreprocessing({ preset: 'imagenet' }, size);
    await writePage({
      compile: {
        model,
        layers: ['layer3', 'layer4'],
        methods: ['grad-cam', 'layercam'],
        classNames,
        preprocessing: preprocessing({ height: 160, width: 160 }),
      },
      preprocessing,
      output: join(folder, 'site'),
      title: 'Lighthouses',
      samples: join(pictures, 'balloon'),
    });
    server = await serveOutput(new FileStore(join(folder, 'site')), 0, explainingPage);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (hash = '', options = {}) => openPage(browser, `${server.address}/index.html${hash}`, options);
  const status = (page: Page) => page.getByRole('status');

  it('explains a picture that is dropped as the pipeline does, in threads, with nothing asked from elsewhere', async () => {
    const { page, problems } = await open();
    await page.getByText('drop one anywhere').waitFor();
    const bytes = await readFile(picture);
    await page.evaluate((data) => {
      const transfer = new DataTransfer();
      const file = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([file], 'dropped.jpg', { type: 'image/jpeg' }));
      dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }));
    }, bytes.toString('base64'));
    await status(page).getByText('dropped.jpg: lighthouse').waitFor();
    await page.locator('.map-layer canvas').waitFor();

    const preprocessing = resolvePreprocessing({ preset: 'imagenet' }, { height: 160, width: 160 });
    const { pixels } = await decodeImage(bytes, preprocessing);
    await using explainer = await Explainer.open({ model, layers: ['layer4'], pixels: preprocessing, batchSize: 1 });
    const { scores } = await explainer.explain(pixels, { count: 1 });
    const seen = await page.locator('canvas.pixels').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return Array.from(data).filter((_, at) => at % 4 !== 3);
    });
    expect(Buffer.from(seen).equals(Buffer.from(pixels))).toBe(true);
    const best = [...scores].sort((a, b) => b - a).map((score) => (score * 100).toFixed(1));
    const shown = await page.locator('.top-scores .pair-count').allTextContents();
    expect(shown.slice(0, 2)).toEqual(best.slice(0, 2).map((score) => `${score}%`));
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(problems).toEqual([]);
  });

  it('explains on WebGPU as WebAssembly does, and goes on in WebAssembly where it fails', async () => {
    const software = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];
    const drawing = await startBrowser(software);
    try {
      const explained = async (query: string) => {
        const { page, problems } = await openPage(drawing, `${server.address}/index.html${query}`);
        // A GPU of software is slow.
        page.setDefaultTimeout(200_000);
        await page.getByLabel('Open a picture').setInputFiles(picture);
        await page.locator('.map-layer canvas').waitFor();
        const cells = await page.locator('.map-layer canvas').evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
          return Array.from(data);
        });
        expect(problems).toEqual([]);
        return { page, cells };
      };
      const usual = await explained('');
      await status(usual.page).getByText('in WebAssembly').waitFor();
      const gpu = await explained('?provider=webgpu');
      await status(gpu.page).getByText('on WebGPU').waitFor();
      expect(gpu.cells.length).toBe(usual.cells.length);
      expect(Math.max(...gpu.cells.map((value, i) => Math.abs(value - (usual.cells[i] ?? 0))))).toBeLessThan(3);

      await rm(join(folder, 'site/ort-wasm-simd-threaded.jspi.wasm'));
      const { page } = await openPage(drawing, `${server.address}/index.html?provider=webgpu`);
      await status(page).getByText('WebGPU is not used: ').waitFor();
      await page.getByLabel('Open a picture').setInputFiles(picture);
      await status(page).getByText('in WebAssembly').waitFor();
    } finally {
      await drawing.close();
    }
  });

  it('explains samples, a class by its name beside another, each layer and method, and says what is wrong with a name', async () => {
    const { page, problems } = await open();
    await page.getByRole('button', { name: '0001' }).click();
    await status(page).getByText('0001: lighthouse').waitFor();
    const compare = page.getByLabel('Compare with');
    await compare.fill('baloon');
    await compare.press('Enter');
    await status(page).getByText('Did you mean balloon?').waitFor();
    await compare.fill('balloon');
    await page.locator('.map-layer canvas').nth(1).waitFor();
    expect(await page.locator('.panel strong').allTextContents()).toEqual(['lighthouse', 'balloon']);
    const draw = () =>
      page
        .locator('.map-layer canvas')
        .first()
        .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const drawn = new Set([await draw()]);
    for (const pressed of ['m', 'l', 'm']) {
      await page.locator('h1').focus();
      await page.keyboard.press(pressed);
      await expect.poll(async () => drawn.has(await draw()), { timeout: 40_000 }).toBe(false);
      drawn.add(await draw());
    }
    expect(problems).toEqual([]);
  });

  it('explains a picture that is pasted', async () => {
    const { page, problems } = await open('', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: '0001' }).click();
    await page.locator('.map-layer canvas').waitFor();
    await page.evaluate(async () => {
      const canvas = document.querySelector<HTMLCanvasElement>('canvas.pixels');
      const png = new Promise<Blob>((resolve) => canvas?.toBlob((blob) => blob && resolve(blob)));
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
    });
    await page.keyboard.press('Control+V');
    await status(page).getByText('image.png: lighthouse').waitFor();
    expect(problems).toEqual([]);
  });

  it("explains what the computer's camera sees, and lets go of it", async () => {
    const seeing = await startBrowser(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
    try {
      const { page, problems } = await openPage(seeing, `${server.address}/index.html`);
      await page.getByRole('button', { name: 'Use the camera' }).click();
      await page.getByRole('button', { name: 'Take it', disabled: false }).waitFor();
      const track = await page.evaluateHandle(() => {
        const source = document.querySelector('video')?.srcObject;
        return source instanceof MediaStream ? source.getVideoTracks()[0] : undefined;
      });
      await page.getByRole('button', { name: 'Take it' }).click();
      await status(page).getByText('the camera: ').waitFor();
      await page.locator('.panel canvas.pixels').waitFor();
      expect(await page.getByRole('dialog').count()).toBe(0);
      expect(await track.evaluate((one) => one?.readyState)).toBe('ended');
      expect(problems).toEqual([]);
    } finally {
      await seeing.close();
    }
  });

  it('says that there is no camera', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await page.getByRole('alert').getByText('no camera that this page may use').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('offers the camera of a phone, and says the value under a finger', async () => {
    const { page, problems } = await open('', phone);
    await page.getByText('Take a picture').waitFor();
    expect(await page.getByRole('button', { name: 'Use the camera' }).count()).toBe(0);
    await page.getByRole('button', { name: '0001' }).tap();
    await page.locator('.map-layer canvas').waitFor();
    await page.locator('.explain .stage').tap();
    await page.getByText(/at row \d+, column \d+/).waitFor();
    await tapOpacity(page, 0.2);
    await expect.poll(() => hashOf(page)).toMatch(/opacity=(1[5-9]|2[0-5])\b/);
    expect(problems).toEqual([]);
  });

  it('says that it has to be served when it is opened from disk', async () => {
    const { page } = await openPage(browser, pathToFileURL(join(folder, 'site/index.html')).href);
    await page.getByRole('alert').getByText('This page was opened from disk').waitFor();
  });

  it('says that a file is no picture', async () => {
    const { page } = await open();
    await page
      .getByLabel('Open a picture')
      .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('no') });
    await status(page).getByText('not a picture that this browser can read').waitFor();
  });

  it('works without a network after the first visit', async () => {
    const { page } = await open();
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await page.context().setOffline(true);
    await page.reload();
    await page.getByLabel('Open a picture').setInputFiles(picture);
    await status(page).getByText('0001.jpg: lighthouse').waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'breaks no rule that axe checks, in %s colours, and fits on a phone',
    async (colorScheme) => {
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      const { page, problems } = await open('#/explain?compare=balloon', { colorScheme, reducedMotion: 'reduce' });
      await page.getByLabel('Open a picture').setInputFiles(picture);
      await page.locator('.map-layer canvas').nth(1).waitFor();
      await page.evaluate(axe);
      const broken: unknown[] = await page.evaluate(
        "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))",
      );
      expect(broken).toEqual([]);
      await page.setViewportSize({ width: 360, height: 700 });
      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
      expect(scrollWidth).toBe(clientWidth);
      expect(problems).toEqual([]);
    },
  );
});
