/** Makes docs/images/report.png and proofs.png from the demo's report, which `npm run demo` makes: its overview, and how its first cluster is proved. */

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const report = pathToFileURL(resolve('demo/out/explained/report/index.html'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--allow-file-access-from-files'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.goto(`${report}`);
await page
  .getByRole('heading', { name: /collect/i })
  .first()
  .waitFor();
await page.waitForLoadState('networkidle');
await page.screenshot({ path: 'docs/images/report.png' });
await page.goto(`${report}#/clusters/cluster-1`);
const proofs = page.locator('.proofs');
await proofs.scrollIntoViewIfNeeded();
await page.waitForLoadState('networkidle');
await proofs.screenshot({ path: 'docs/images/proofs.png' });
await browser.close();
console.log('Wrote docs/images/report.png and docs/images/proofs.png');
