/** What the server tells of the fleet, as it happens. One stream of events for the page, of what its view shows. */

import { computed, effect, signal } from '@preact/signals';
import { route } from '../../shared/page/route.ts';
import type { DashboardEvents, RunRow } from '../contract.ts';
import { openSession, session } from './api.ts';

/** Newest first; null until the first event. */
export const runs = signal<ReadonlyMap<string, RunRow> | null>(null);
export const throughput = signal<DashboardEvents['fleet']['throughput']>([]);
export const workers = signal<DashboardEvents['workers'] | null>(null);
/** Of the run that the address names; undefined until it is known, null when Redis does not know that run. */
export const detail = signal<DashboardEvents['detail'] | undefined>(undefined);
export const notices = signal<DashboardEvents['notices']>([]);
export const problem = signal<string | null>(null);
/** The time of Redis at its latest look, in milliseconds since 1970. */
export const now = signal(Date.now());
/** Whether events come. */
export const isLive = signal(false);

const watched = computed(() => {
  const { view, item } = route.value;
  const wanted = new URLSearchParams();
  if (view === 'run') wanted.set('run', item);
  if (view === 'workers') wanted.set('workers', '1');
  return `api/events?${wanted}`;
});
const isShown = signal(!document.hidden);
document.addEventListener('visibilitychange', () => {
  isShown.value = !document.hidden;
});

/** Listens while the page is to be seen: a browser has few connections to one server. */
export function listen(): void {
  effect(() => {
    if (!isShown.value || session.value === null || session.value === 'sign-in') return;
    const address = watched.value;
    detail.value = undefined;
    workers.value = null;
    const source = open(address);
    return () => source.close();
  });
}

function open(address: string): EventSource {
  const source = new EventSource(address);
  let isFirst = true;
  source.onopen = () => {
    isFirst = true;
  };
  on(source, 'runs', ({ changed, gone }) => {
    const before = isFirst || runs.value === null ? [] : [...runs.value.values()];
    isFirst = false;
    const known = new Map([...before, ...changed].map((row) => [row.run, row]));
    for (const run of gone) known.delete(run);
    runs.value = new Map([...known].sort(([, a], [, b]) => b.created - a.created));
  });
  on(source, 'fleet', (fleet) => {
    throughput.value = fleet.throughput;
  });
  on(source, 'workers', (rows) => {
    workers.value = rows;
  });
  on(source, 'detail', (shown) => {
    detail.value = shown;
  });
  on(source, 'notices', (list) => {
    notices.value = list;
  });
  on(source, 'problem', (reason) => {
    problem.value = reason;
  });
  on(source, 'tick', (time) => {
    now.value = time;
    isLive.value = true;
  });
  source.onerror = () => {
    isLive.value = false;
    // Refused, not only cut off: the browser does not try again.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => void openSession().catch(() => undefined), 2_000);
  };
  return source;
}

function on<Name extends keyof DashboardEvents>(
  source: EventSource,
  name: Name,
  take: (content: DashboardEvents[Name]) => void,
): void {
  source.addEventListener(name, ({ data }: MessageEvent<string>) => take(JSON.parse(data)));
}
