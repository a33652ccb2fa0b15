import { useEffect, useState } from 'preact/hooks';
import { linkToView } from '../../../shared/page/route.ts';
import type { ScheduleRow } from '../../contract.ts';
import { get, hasFields } from '../api.ts';
import { now } from '../live.ts';
import { StateBadge } from '../parts/state-badge.tsx';
import { spanText, timeText } from '../times.ts';

/** Milliseconds between two looks. */
const interval = 10_000;

const missedText: Record<ScheduleRow['missed'], string> = {
  'catch-up': 'Times at which nobody was there are caught up once.',
  skip: 'Times at which nobody was there are left out.',
};
const overlapText: Record<ScheduleRow['overlap'], string> = {
  skip: 'A time at which the run before still goes is left out.',
  wait: 'While the run before still goes, the next one waits.',
};

/** What starts by itself, when, and what became of it. */
export function Schedules() {
  const [rows, setRows] = useState<readonly ScheduleRow[] | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isShown = true;
    const look = async () => {
      try {
        const found = await get('api/schedules', isScheduleRows);
        if (isShown) setRows(found);
        if (isShown) setRefusal(null);
      } catch (error) {
        if (isShown) setRefusal(error instanceof Error ? error.message : String(error));
      }
      if (isShown) timer = setTimeout(() => void look(), interval);
    };
    void look();
    return () => {
      isShown = false;
      clearTimeout(timer);
    };
  }, []);
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Schedules</h1>
        <p class="muted">Made with gradline schedule add, and begun by any worker or gradline schedule serve.</p>
      </header>
      {refusal !== null && <p class="refusal">{refusal}</p>}
      {rows === null ? (
        <p class="loading">Asking Redis.</p>
      ) : rows.length === 0 ? (
        <p class="nothing">There are no schedules.</p>
      ) : (
        <ul class="cards tiles schedules">
          {rows.map((row) => (
            <ScheduleCard row={row} key={row.name} />
          ))}
        </ul>
      )}
    </>
  );
}

function ScheduleCard({ row }: { row: ScheduleRow }) {
  const { name, cron, timeZone, missed, overlap, output, next, latest, history } = row;
  return (
    <li class="card schedule">
      <h2>{name}</h2>
      <p>
        <code>{cron}</code> <span class="muted">{timeZone}</span>
      </p>
      <p>{next === null ? 'Its next time is missing.' : `Next ${timeText(next)}, in ${spanText(next - now.value)}`}</p>
      {latest !== null && (
        <p class="key">
          Latest <a href={linkToView(`run/${encodeURIComponent(latest.run)}`)}>{latest.run}</a>{' '}
          {latest.state === null ? <span class="muted">forgotten</span> : <StateBadge state={latest.state} />}
        </p>
      )}
      <p class="muted key">
        Below {output}. {missedText[missed]} {overlapText[overlap]}
      </p>
      {history.length > 0 && (
        <details>
          <summary>History</summary>
          <ul class="history">
            {history.map(({ event, run, at, reason }) => (
              <li key={`${run} ${event} ${at}`}>
                <b>{event}</b> {run}, {timeText(at)}
                {reason !== null && <span class="muted">: {reason}</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function isScheduleRows(answer: unknown): answer is ScheduleRow[] {
  return Array.isArray(answer) && answer.every((row) => hasFields(row, 'name', 'cron', 'history'));
}
