/** The page: the runs of a fleet as they go. */

import './styles/index.css';
import { render } from 'preact';
import { App } from './shell/app.tsx';

const place = document.getElementById('app');
if (place) {
  place.replaceChildren();
  render(<App />, place);
}
