/** The page: waits for `data/report.js`, then shows the view that the address names. */

import './styles/index.css';
import { render } from 'preact';
import type { PageReport } from '../page-data.ts';
import { registerDataFiles } from './data-files.ts';
import { openReport } from './report.ts';
import { ReportContext } from './report-context.ts';
import { App } from './shell/app.tsx';

const place = document.getElementById('app');

registerDataFiles((content) => {
  if (!place) return;
  if (!isReport(content)) return fail('data/report.js is not a data file of this page. Make the report again.');
  place.replaceChildren();
  render(
    <ReportContext.Provider value={openReport(content)}>
      <App />
    </ReportContext.Provider>,
    place,
  );
});

addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLScriptElement && target.src.endsWith('data/report.js')) {
      fail('data/report.js could not be loaded. Is the report folder complete?');
    }
  },
  { capture: true },
);

function isReport(content: object): content is PageReport {
  return 'findings' in content && 'images' in content;
}

function fail(message: string): void {
  const text = document.createElement('p');
  text.className = 'loading';
  text.textContent = message;
  place?.replaceChildren(text);
}
