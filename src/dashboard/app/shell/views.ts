import type { View } from '../../../shared/page/shell/shell.tsx';
import { Schedules } from '../fleet/schedules.tsx';
import { Workers } from '../fleet/workers.tsx';
import { RunView } from '../run/run-view.tsx';
import { Runs } from '../runs/runs.tsx';
import { StartRun } from '../start/start-run.tsx';

/** In the order of the bar. */
export const views: readonly View[] = [
  { path: 'runs', name: 'Runs', component: Runs },
  { path: 'workers', name: 'Workers', component: Workers },
  { path: 'schedules', name: 'Schedules', component: Schedules },
  { path: 'start', name: 'Start a run', component: StartRun },
];

export const runView: View = { path: 'run', name: 'Run', component: RunView, within: 'runs' };
