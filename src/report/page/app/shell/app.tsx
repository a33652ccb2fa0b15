import type { KeyGroup } from '../../../../shared/page/shell/key-help.tsx';
import { Shell } from '../../../../shared/page/shell/shell.tsx';
import { canExplore } from '../explore/server.ts';
import { useReport } from '../report-context.ts';
import { changesView, exploreView, imageView, multiLabelViews, views } from './views.ts';

const galleryKeys: KeyGroup[] = [
  {
    name: 'Gallery and confusion matrix',
    keys: [
      ['arrows, Home, End, Page', 'from tile to tile, from cell to cell'],
      ['Enter', 'open'],
    ],
  },
];

const multiLabelKeys: KeyGroup[] = [
  {
    name: 'Gallery and co-occurrence',
    keys: [
      ['arrows, Home, End, Page', 'from tile to tile, from cell to cell'],
      ['Enter', 'open'],
    ],
  },
  {
    name: 'One class',
    keys: [['Tab to the threshold, ← →', 'to the next threshold that changes something']],
  },
];

const imageKeys: KeyGroup[] = [
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

const exploreKeys: KeyGroup = {
  name: 'Exploring one image',
  keys: [
    ['e', 'from an image to exploring it'],
    ['Tab to the picture, Enter', 'cover the middle'],
    ['arrows, with Shift', 'move what is covered, resize it'],
    ['Delete', 'uncover the latest'],
    ['p', 'cover where the map peaks'],
    ['f, u', 'next way to cover, uncover all'],
    ['[ ], x', 'opacity of the map'],
    ['Esc', 'back to the image'],
  ],
};

export function App() {
  const { findings, changes, multi } = useReport();
  const own = multi ? multiLabelViews : views;
  const inBar = changes ? [...own, changesView] : own;
  const others = [changesView, imageView, ...(canExplore ? [exploreView] : [])];
  const groups = [...(multi ? multiLabelKeys : galleryKeys), ...imageKeys, ...(canExplore ? [exploreKeys] : [])];
  return <Shell bar={inBar} others={others} title={`${findings.run}, Gradline`} keys={groups} />;
}
