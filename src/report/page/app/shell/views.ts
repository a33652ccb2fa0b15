import type { View } from '../../../../shared/page/shell/shell.tsx';
import { Changes } from '../changes/changes.tsx';
import { Confusion } from '../confusion/confusion.tsx';
import { Explore } from '../explore/explore.tsx';
import { Gallery } from '../gallery/gallery.tsx';
import { Clusters } from '../groups/clusters.tsx';
import { Gaps } from '../groups/gaps.tsx';
import { ImageView } from '../image/image.tsx';
import { LabelErrors } from '../lists/label-errors.tsx';
import { Quarantined } from '../lists/quarantined.tsx';
import { Classes } from '../multi-label/classes.tsx';
import { CoOccurrence } from '../multi-label/co-occurrence.tsx';
import { MissingLabels } from '../multi-label/missing-labels.tsx';
import { Overview } from '../overview/overview.tsx';

/** In the order of the bar. */
export const views: readonly View[] = [
  { path: 'overview', name: 'Overview', component: Overview },
  { path: 'clusters', name: 'Clusters', component: Clusters },
  { path: 'gaps', name: 'Gaps', component: Gaps },
  { path: 'confusion', name: 'Confusion', component: Confusion },
  { path: 'images', name: 'Images', component: Gallery },
  { path: 'labels', name: 'Labels', component: LabelErrors },
  { path: 'quarantined', name: 'Quarantined', component: Quarantined },
];

/** Where an image may have several labels: a class is not taken for another one, but decided falsely beside others. */
export const multiLabelViews: readonly View[] = [
  { path: 'overview', name: 'Overview', component: Overview },
  { path: 'clusters', name: 'Clusters', component: Clusters },
  { path: 'gaps', name: 'Gaps', component: Gaps },
  { path: 'classes', name: 'Classes', component: Classes },
  { path: 'together', name: 'Co-occurrence', component: CoOccurrence },
  { path: 'images', name: 'Images', component: Gallery },
  { path: 'labels', name: 'Labels', component: MissingLabels },
  { path: 'quarantined', name: 'Quarantined', component: Quarantined },
];

/** Only on pages that know an earlier run. */
export const changesView: View = { path: 'changes', name: 'Changes', component: Changes };

/** An opened image belongs to the gallery. */
export const imageView: View = { path: 'image', name: 'Image', component: ImageView, within: 'images' };

/** Only where the server explains on demand. */
export const exploreView: View = { path: 'explore', name: 'Explore', component: Explore, within: 'images' };
