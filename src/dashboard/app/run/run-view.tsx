import { Stat } from '../../../shared/page/parts/explained.tsx';
import { linkToView, route } from '../../../shared/page/route.ts';
import { count, percent } from '../../../shared/page/text.ts';
import type { RunRow } from '../../contract.ts';
import { WorkerTable } from '../fleet/worker-table.tsx';
import { detail, now, runs } from '../live.ts';
import { RunBar } from '../parts/run-bar.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { ThroughputChart } from '../parts/throughput-chart.tsx';
import { rateText, spanText, timeText } from '../times.ts';
import { Actions } from './actions.tsx';
import { Failures } from './failures.tsx';
import { Output } from './output.tsx';
import { hasEnded, imagesText, percentText } from './progress.ts';

/** One run, from its start to its report. */
export function RunView() {
  const { item } = route.value;
  const row = runs.value?.get(item);
  const shown = detail.value;
  if (row === undefined) {
    if (runs.value === null || shown === undefined) return <p class="loading">Asking Redis.</p>;
    return (
      <>
        <h1 tabIndex={-1}>{item}</h1>
        <p class="nothing">
          Redis knows no such run. <a href={linkToView('runs')}>These are there.</a> If Redis has lost it, gradline
          recover rebuilds it from its output.
        </p>
      </>
    );
  }
  return (
    <>
      <header class="view-head run-head">
        <p class="crumbs">
          <a href={linkToView('runs')}>Runs</a>
        </p>
        <div class="run-title">
          <h1 tabIndex={-1}>{row.run}</h1>
          <span role="status">
            <StateBadge state={row.state} />
          </span>
        </div>
        {row.reason !== null && (
          <p class="warnings">
            {row.reason.message} <span class="muted">({row.reason.code})</span>
          </p>
        )}
        <Actions row={row} key={row.run} />
      </header>
      <section class="card run-now" aria-label="Progress">
        <RunBar row={row} />
        <p class="run-sum">
          <b>{percentText(row)}</b> {imagesText(row)}
        </p>
        <Numbers row={row} />
        <ThroughputChart points={shown?.throughput ?? []} of="this run" />
      </section>
      <Output row={row} />
      <Failures row={row} latest={shown?.latestFailures ?? []} />
      {/* Redis forgets them with a run's end. */}
      {(!hasEnded(row) || (shown?.workers ?? []).length > 0) && (
        <section aria-label="Workers of this run">
          <h2>Workers</h2>
          <WorkerTable workers={shown?.workers ?? []} now={now.value} />
        </section>
      )}
    </>
  );
}

function Numbers({ row }: { row: RunRow }) {
  const { done, quarantined, missing, labelled, correct, imagesPerSecond, secondsLeft, crashes } = row;
  return (
    <>
      <div class="stats small">
        <Stat name="explained" meaning="Images that have maps and scores.">
          {count(done)}
        </Stat>
        <Stat
          name="failed"
          meaning="Images that could not be read or explained. The rest of the run goes on."
          tone={quarantined > 0 ? 'wrong' : undefined}
        >
          {count(quarantined)}
        </Stat>
        {missing > 0 && (
          <Stat name="missing" meaning="Images in shards that were given up." tone="wrong">
            {count(missing)}
          </Stat>
        )}
        {labelled > 0 && (
          <Stat
            name={hasEnded(row) ? 'accuracy' : 'accuracy so far'}
            meaning="Of the explained images that have a label."
          >
            {percent(correct / labelled)}
          </Stat>
        )}
        {imagesPerSecond > 0 && (
          <Stat name="images/s" meaning="Over the latest two minutes.">
            {rateText(imagesPerSecond)}
          </Stat>
        )}
        {secondsLeft !== null && secondsLeft > 0 && (
          <Stat name="left" meaning="At the rate of the latest two minutes.">
            {spanText(secondsLeft * 1000)}
          </Stat>
        )}
      </div>
      <dl class="facts-line">
        <div>
          <dt>Shards</dt>
          <dd>{shardsText(row)}</dd>
        </div>
        {crashes > 0 && (
          <div>
            <dt>Crashes</dt>
            <dd>{count(crashes)} of workers that died in a shard</dd>
          </div>
        )}
        <div>
          <dt>Started</dt>
          <dd>{timeText(row.created)}</dd>
        </div>
        {row.finished !== null && (
          <div>
            <dt>Ended</dt>
            <dd>
              {timeText(row.finished)}, after {spanText(row.finished - row.created)}
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

function shardsText({ settledShards, shards, shardsUnderWay, shardsWaiting, givenUpShards, finished }: RunRow): string {
  const parts = [shards === null ? count(settledShards) : `${count(settledShards)} of ${count(shards)}`];
  if (finished === null) parts.push(`${count(shardsUnderWay)} under way`, `${count(shardsWaiting)} in the queue`);
  if (givenUpShards > 0) parts.push(`${count(givenUpShards)} given up`);
  return parts.join(', ');
}
