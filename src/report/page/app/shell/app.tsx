import type { KeyGroup } from '../../../../shared/page/shell/key-help.tsx';
import { Shell } from '../../../../shared/page/shell/shell.tsx';
import { useReport } from '../report-context.ts';
import { changesView, imageView, views } from './views.ts';

const keys: KeyGroup[] = [
  {
    name: 'Gallery and confusion matrix',
    keys: [
      ['arrows, Home, End, Page', 'from tile to tile, from cell to cell'],
      ['Enter', 'open'],
    ],
  },
  {
    name: 'One image',
    keys: [
      ['← →', 'previous, next'],
      ['l, m, t', 'next layer, method, target'],
      ['[ ]', 'less, more of the map'],
      ['x', 'map off and on'],
      ['Esc', 'back to the gallery'],
      ['Tab to the map, arrows', 'read its values cell by cell'],
    ],
  },
];

export function App() {
  const { findings, changes } = useReport();
  const inBar = changes ? [...views, changesView] : views;
  return <Shell bar={inBar} others={[changesView, imageView]} title={`${findings.run}, Gradline`} keys={keys} />;
}
