/** The page that explains pictures in the browser. */

import './styles/index.css';
import { render } from 'preact';
import { Shell } from '../../shared/page/shell/shell.tsx';
import { About } from './about.tsx';
import { Explain } from './explain.tsx';
import { openModel } from './model.ts';

const views = [
  { path: 'explain', name: 'Explain', component: Explain },
  { path: 'about', name: 'About', component: About },
];
const keys = [
  {
    name: 'A picture',
    keys: [
      ['o', 'open a picture'],
      ['l, m', 'next layer, method'],
      ['[ ]', 'less, more of the map'],
      ['x', 'map off and on'],
    ] as const,
  },
];

const place = document.getElementById('app');
if (place) {
  place.replaceChildren();
  render(<Shell bar={views} title="Gradline" keys={keys} />, place);
}
openModel();
// Keeps the page for when there is no network, and asks for the isolation that threads need where the host does not.
if ('serviceWorker' in navigator) navigator.serviceWorker.register('service-worker.js').catch(() => undefined);
