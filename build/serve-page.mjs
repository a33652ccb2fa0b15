// A page from its sources: a change to them shows at once. Options: the folder of a run's output for the page of its report; the address of a
// running dashboard for that page.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createServer } from 'vite';

const [given] = process.argv.slice(2);
if (given === undefined) fail('Name the folder of a run that has a report: npm run dev:page -- path/to/output');
if (URL.canParse(given) && given.startsWith('http')) await serveDashboardPage(given);
else await serveReportPage(resolve(given));
async function serveReportPage(output) {
  const made = await readFile(join(output, 'report/index.html'), 'utf8').catch(() =>
    fail(`There is no report in ${output}: gradline report ${given} makes it.`),
  );

  /** The report's own index, with the sources in the place of what they are built to, and without the policy that forbids Vite's socket. */
  const index = made
    .replace(/ *<meta http-equiv="Content-Security-Policy"[^>]*>\n/, '')
    .replace(/ *<link rel="stylesheet" href="app.css">\n/, '')
    .replace('<script defer src="app.js">', '<script type="module" src="/src/report/page/app/main.tsx">');

  const page = '/report/index.html';
  const servePage = {
    name: 'gradline-page',
    configureServer: ({ middlewares, transformIndexHtml }) => {
      middlewares.use(async (request, response, next) => {
        const { pathname } = new URL(request.url ?? '/', 'http://localhost');
        if (pathname === '/') response.writeHead(302, { Location: page }).end();
        else if (pathname === page)
          response.setHeader('Content-Type', 'text/html').end(await transformIndexHtml(page, index));
        else next();
      });
    },
  };

  const server = await createServer({
    configFile: false,
    appType: 'custom',
    // Data files, pictures and maps, under the addresses that the page knows.
    publicDir: output,
    plugins: [servePage],
    optimizeDeps: { entries: ['src/report/page/app/main.tsx'] },
    server: { host: '127.0.0.1', open: false, watch: { ignored: ['**/dist/**', '**/dist-tools/**', `${output}/**`] } },
  });
  await server.listen();
  console.log(`The page of ${output}: ${server.resolvedUrls?.local[0]}report/index.html`);
}

/** Everything but the page comes from the dashboard at `address`, which takes the requests for its own page's. */
async function serveDashboardPage(address) {
  const target = new URL(address).origin;
  const sources = {
    name: 'gradline-dashboard',
    configureServer: ({ middlewares, transformIndexHtml }) => {
      middlewares.use(async ({ url }, response, next) => {
        if (url !== '/') return next();
        const made = await (await fetch(target)).text();
        const index = made
          .replace(/ *<link rel="stylesheet" href="app.css">\n/, '')
          .replace('<script defer src="app.js">', '<script type="module" src="/src/dashboard/app/main.tsx">');
        response.setHeader('Content-Type', 'text/html').end(await transformIndexHtml('/', index));
      });
    },
  };
  const server = await createServer({
    configFile: false,
    appType: 'custom',
    publicDir: false,
    plugins: [sources],
    optimizeDeps: { entries: ['src/dashboard/app/main.tsx'] },
    server: {
      host: '127.0.0.1',
      open: false,
      watch: { ignored: ['**/dist/**', '**/dist-tools/**'] },
      proxy: { '^/(api|outputs|queue|sign-)': { target, changeOrigin: true, headers: { origin: target } } },
    },
  });
  await server.listen();
  console.log(`The page of ${target}: ${server.resolvedUrls?.local[0]}`);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
