import { useMemo } from 'preact/hooks';
import { Choice } from '../../../shared/page/parts/choice.tsx';
import { Stat } from '../../../shared/page/parts/explained.tsx';
import { Progressive } from '../../../shared/page/parts/progressive.tsx';
import { SearchField } from '../../../shared/page/parts/search-field.tsx';
import { changeParams, linkToView, route } from '../../../shared/page/route.ts';
import { count, counted } from '../../../shared/page/text.ts';
import type { RunRow } from '../../contract.ts';
import { now, runs, throughput } from '../live.ts';
import { RunBar } from '../parts/run-bar.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { ThroughputChart } from '../parts/throughput-chart.tsx';
import { hasEnded, imagesText, percentText, rateLine } from '../run/progress.ts';
import { rateText, spanText, timeText } from '../times.ts';

const shownStates = [
  { value: '', text: 'all runs' },
  { value: 'going', text: 'not ended' },
  { value: 'complete', text: 'complete' },
  { value: 'failed', text: 'failed' },
  { value: 'cancelled', text: 'cancelled' },
];

/** All runs, newest first. */
export function Runs() {
  const known = runs.value;
  if (known === null) return <p class="loading">Asking Redis.</p>;
  const all = [...known.values()];
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Runs</h1>
      </header>
      {all.length === 0 ? (
        <p class="nothing">
          Redis knows no runs yet. <a href={linkToView('start')}>Start one</a>, or use gradline enqueue.
        </p>
      ) : (
        <>
          <FleetNow all={all} />
          <RunList all={all} />
        </>
      )}
    </>
  );
}

function FleetNow({ all }: { all: readonly RunRow[] }) {
  const going = all.filter((row) => !hasEnded(row));
  const sum = (of: (row: RunRow) => number) => going.reduce((total, row) => total + of(row), 0);
  const rate = sum(({ imagesPerSecond }) => imagesPerSecond);
  const left = sum(({ expected, done, quarantined, missing }) =>
    Math.max(0, (expected ?? 0) - done - quarantined - missing),
  );
  return (
    <section class="fleet-now card" aria-label="The fleet now">
      <div class="stats">
        <Stat name="not ended" meaning="Runs that are listed, worked on, paused or being finished.">
          {count(going.length)}
        </Stat>
        <Stat name="images/s" meaning="Over the latest two minutes, of all runs together.">
          {rateText(rate)}
        </Stat>
        <Stat name="images to do" meaning="Of runs whose input is listed to its end.">
          {count(left)}
        </Stat>
      </div>
      <ThroughputChart points={throughput.value} of="all runs in the last hour" />
    </section>
  );
}

function RunList({ all }: { all: readonly RunRow[] }) {
  const { params } = route.value;
  const text = (params.get('text') ?? '').toLowerCase();
  const state = params.get('state') ?? '';
  const found = useMemo(
    () =>
      all.filter((row) => {
        if (state === 'going' ? hasEnded(row) : state !== '' && row.state !== state) return false;
        return text === '' || row.run.toLowerCase().includes(text) || row.output.toLowerCase().includes(text);
      }),
    [all, text, state],
  );
  return (
    <section aria-label="List of runs">
      <div class="toolbar filters">
        <SearchField name="Run or output" param="text" class="grow" />
        <Choice
          name="State"
          options={shownStates}
          value={state}
          onChange={(value) => changeParams({ state: value }, 'replace')}
        />
        <p class="muted">{counted(found.length, 'run')}</p>
      </div>
      {found.length === 0 && <p class="nothing">No run is like that.</p>}
      <Progressive items={found} step={50} key={`${state} ${text}`}>
        {(shown) => (
          <ul class="runs">
            {shown.map((row) => (
              <RunLine row={row} key={row.run} />
            ))}
          </ul>
        )}
      </Progressive>
    </section>
  );
}

function RunLine({ row }: { row: RunRow }) {
  const { run, state, quarantined, missing, created, finished, reason } = row;
  const rate = rateLine(row);
  const time = finished ?? created;
  return (
    <li class="run-line">
      <div class="run-name">
        <a href={linkToView(`run/${encodeURIComponent(run)}`)}>{run}</a>
        <StateBadge state={state} />
      </div>
      <div class="run-progress">
        <RunBar row={row} />
        <p>
          <b>{percentText(row)}</b> {imagesText(row)}
          {quarantined > 0 && <span class="wrong">, {count(quarantined)} failed</span>}
          {missing > 0 && <span class="wrong">, {count(missing)} missing</span>}
          {rate !== '' && `, ${rate}`}
        </p>
        {reason !== null && <p class="wrong reason">{reason.message}</p>}
      </div>
      <p class="run-time muted" title={timeText(time)}>
        {finished === null ? 'started' : 'ended'} {spanText(now.value - time)} ago
      </p>
    </li>
  );
}
