import { useMemo } from 'preact/hooks';
import { Explained } from '../../../../shared/page/parts/explained.tsx';
import { linkToView, route } from '../../../../shared/page/route.ts';
import { percent } from '../../../../shared/page/text.ts';
import type { OpenedImage } from '../details.ts';
import { ImageClasses } from '../multi-label/image-classes.tsx';
import { useReport } from '../report-context.ts';

/** What the model answered, and which findings the image is part of. */
export function ImageFacts({ row, opened }: { row: number; opened: OpenedImage | null }) {
  const report = useReport();
  const { clusters, gaps } = report.findings;
  const groups = useMemo(
    () => [...clusters, ...gaps].filter(({ images }) => images.includes(row)),
    [clusters, gaps, row],
  );

  return (
    <aside class="facts" aria-label="About this image">
      {report.multi ? (
        opened && <ImageClasses row={row} opened={opened} params={route.value.params} />
      ) : (
        <OneLabel row={row} opened={opened} />
      )}
      {groups.length > 0 && (
        <>
          <h2>Part of</h2>
          <ul class="part-of">
            {groups.map(({ id, sentence }) => (
              <li key={id}>
                <a href={linkToView(`${id.startsWith('gap') ? 'gaps' : 'clusters'}/${encodeURIComponent(id)}`)}>
                  {sentence}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </aside>
  );
}

function OneLabel({ row, opened }: { row: number; opened: OpenedImage | null }) {
  const report = useReport();
  const { label, predicted, score, margin } = report.answerOf(row);
  const suspected = report.suspected.get(row);
  return (
    <>
      <dl class="facts-list">
        <div>
          <dt>predicted</dt>
          <dd class={label === -1 ? '' : label === predicted ? 'right' : 'wrong'}>{report.className(predicted)}</dd>
        </div>
        <div>
          <dt>true class</dt>
          <dd>
            {label === -1 ? 'no label' : report.className(label)}
            {label !== -1 && <small class="muted"> {label === predicted ? 'correct' : 'a mistake'}</small>}
          </dd>
        </div>
        <div>
          <dt>
            <Explained
              name="score"
              meaning="Score of the predicted class, as the model gives it: for most models a share of 1."
            />
          </dt>
          <dd>{percent(score)}</dd>
        </div>
        <div>
          <dt>
            <Explained
              name="margin"
              meaning="Score of the predicted class minus the next best one. Small: the model was undecided."
            />
          </dt>
          <dd>{percent(margin)}</dd>
        </div>
        {opened && (
          <div>
            <dt>
              <Explained name="original" meaning="Width and height of the decoded picture, in pixels." />
            </dt>
            <dd>
              {opened.width} × {opened.height}
            </dd>
          </div>
        )}
      </dl>
      {suspected && (
        <p class="callout suspected">
          <strong>Suspected label.</strong> {suspected.reason}
        </p>
      )}
      {opened && (
        <>
          <h2>Best scores</h2>
          <ol class="top-scores">
            {opened.top.map((one) => (
              <li key={one.class} class={one.class === label ? 'is-label' : ''}>
                <span class="pair-names">
                  {report.className(one.class)}
                  {one.class === label && <small class="muted"> true class</small>}
                </span>
                <span class="pair-count">{percent(one.score)}</span>
                <progress class="bar" max={1} value={one.score} aria-hidden="true" />
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}
