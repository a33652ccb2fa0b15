/** What loads the page's script and data, the same for every report. */

import { exploreMeta } from './page-data.ts';

/**
 * Nothing may be loaded but from where the page lies: `'self'` for a server, `file:` for a page opened from disk, whose origin is
 * opaque. Styles may be inline because the charting library writes them so.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self' file:",
  "style-src 'self' file: 'unsafe-inline'",
  "img-src 'self' file: data:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export const indexHtml = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Gradline report</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="app.css">
    <script defer src="app.js"></script>
    <script defer src="data/report.js"></script>
  </head>
  <body>
    <div id="app"><p class="loading">Loading the report.</p></div>
    <noscript><p class="loading">This page needs JavaScript. The same findings are in findings.json beside it.</p></noscript>
  </body>
</html>
`;

/**
 * The index of a page whose server explains on demand: it may ask that server.
 * @param secret what goes with every request, in base64url
 */
export function exploringIndex(secret: string): string {
  return indexHtml
    .replace(policy, `${policy}; connect-src 'self'`)
    .replace('    <title>', `    <meta name="${exploreMeta}" content="${secret}">\n    <title>`);
}
