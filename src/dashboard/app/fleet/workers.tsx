import { Progressive } from '../../../shared/page/parts/progressive.tsx';
import { now, workers } from '../live.ts';
import { WorkerTable } from './worker-table.tsx';

/** The workers of all runs that have not ended. */
export function Workers() {
  const known = workers.value;
  if (known === null) return <p class="loading">Asking Redis.</p>;
  const busiest = [...known].sort((a, b) => b.imagesPerSecond - a.imagesPerSecond || (a.name < b.name ? -1 : 1));
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Workers</h1>
        <p class="muted">Those that have worked on runs which have not ended, the fastest first.</p>
      </header>
      <section aria-label="Workers">
        <Progressive items={busiest} step={100}>
          {(shown) => <WorkerTable workers={shown} now={now.value} withRun />}
        </Progressive>
      </section>
    </>
  );
}
