// Ends `npm run check` where an exported name has no docstring, or docs/reference/api is not what the docstrings say (`npm run api` writes it).
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application } from 'typedoc';

const written = 'docs/reference/api';
const folder = mkdtempSync(join(tmpdir(), 'gradline-api-'));
const pages = (of) => readdirSync(of).map((name) => [name, readFileSync(join(of, name), 'utf8')]);

const app = await Application.bootstrapWithPlugins({ out: folder, logLevel: 'Warn' });
const project = await app.convert();
if (project === undefined) process.exit(1);
app.validate(project);
await app.generateOutputs(project);
const same = JSON.stringify(pages(folder)) === JSON.stringify(pages(written));
rmSync(folder, { recursive: true });
if (!same) console.error(`${written} is not what the docstrings say. Run \`npm run api\` and commit what it writes.`);
if (!same || app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
