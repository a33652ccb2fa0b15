import { linkToView } from '../../../shared/page/route.ts';
import { count } from '../../../shared/page/text.ts';
import type { WorkerRow } from '../../contract.ts';
import { rateText, spanText } from '../times.ts';

interface WorkerTableProps {
  workers: readonly WorkerRow[];
  /** By the clock of Redis. */
  now: number;
  /** Whether they are of several runs. */
  withRun?: boolean;
}

/** Milliseconds of silence after which a worker is remarked on. */
const silent = 60_000;

export function WorkerTable({ workers, now, withRun = false }: WorkerTableProps) {
  if (workers.length === 0) return <p class="nothing">No worker has been seen.</p>;
  // What one looks for comes first: a phone shows three columns at a time.
  return (
    <div class="scroll">
      <table class="workers">
        <thead>
          <tr>
            <th scope="col">worker</th>
            <th scope="col" class="number">
              images/s
            </th>
            <th scope="col">last seen</th>
            {withRun && <th scope="col">run</th>}
            <th scope="col">provider</th>
            <th scope="col" class="number">
              images
            </th>
            <th scope="col" class="number">
              <abbr title="Longest time that its event loop was held up">held up</abbr>
            </th>
          </tr>
        </thead>
        <tbody>
          {workers.map(({ name, run, provider, images, imagesPerSecond, lastSeen, longestLoopDelay }) => (
            <tr key={`${run} ${name}`}>
              <th scope="row">{name}</th>
              <td class="number">{rateText(imagesPerSecond)}</td>
              <td class={now - lastSeen > silent ? 'wrong' : ''}>{spanText(now - lastSeen)} ago</td>
              {withRun && (
                <td>
                  <a href={linkToView(`run/${encodeURIComponent(run)}`)}>{run}</a>
                </td>
              )}
              <td>{provider ?? '–'}</td>
              <td class="number">{count(images)}</td>
              <td class="number">{longestLoopDelay === null ? '–' : `${Math.round(longestLoopDelay)} ms`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
