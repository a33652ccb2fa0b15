import { Legend } from '../../../../shared/page/parts/explained.tsx';
import { Progressive } from '../../../../shared/page/parts/progressive.tsx';
import { linkToView } from '../../../../shared/page/route.ts';
import { counted, percent } from '../../../../shared/page/text.ts';
import type { PageLabelError } from '../../page-data.ts';
import { Thumb } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';

/** Labels that may be wrong, apart from the model's own mistakes. */
export function LabelErrors() {
  const { labelErrors } = useReport().findings;
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Suspected labels</h1>
        <p class="muted">
          {counted(labelErrors.length, 'image')} whose label may be wrong, likeliest first. Look at them before you
          collect anything: a wrong label is mended, not trained on.
        </p>
      </header>
      {labelErrors.length === 0 ? (
        <p class="nothing">No label is suspected.</p>
      ) : (
        <>
          <p>
            <a href={linkToView('images', { show: 'suspected' })}>All of them in the gallery</a>
          </p>
          <Progressive items={labelErrors} step={48}>
            {(shown) => (
              <ul class="cards tiles">
                {shown.map((error) => (
                  <Suspect key={error.row} error={error} />
                ))}
              </ul>
            )}
          </Progressive>
          <Legend
            terms={[
              {
                name: 'score of the label',
                meaning:
                  "The model's score for the label that the image has (self-confidence). Near zero, the label looks wrong.",
              },
            ]}
          />
        </>
      )}
    </>
  );
}

function Suspect({ error }: { error: PageLabelError }) {
  const { className } = useReport();
  return (
    <li class="card suspect">
      <Thumb row={error.row} picture="seen" keep={{ show: 'suspected' }} />
      <div>
        <dl class="facts-list">
          <div>
            <dt>label</dt>
            <dd>{className(error.label)}</dd>
          </div>
          <div>
            <dt>predicted</dt>
            <dd class="suspected">
              {className(error.predicted)} {percent(error.score)}
            </dd>
          </div>
          <div>
            <dt>score of the label</dt>
            <dd>{error.selfConfidence === null ? 'not among the best' : percent(error.selfConfidence)}</dd>
          </div>
        </dl>
        <p class="muted">{error.reason}</p>
      </div>
    </li>
  );
}
