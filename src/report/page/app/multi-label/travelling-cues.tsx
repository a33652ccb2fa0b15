import { Progressive } from '../../../../shared/page/parts/progressive.tsx';
import { linkToView } from '../../../../shared/page/route.ts';
import { chance, counted, percent } from '../../../../shared/page/text.ts';
import type { PageTravellingCue } from '../../page-data.ts';
import { MeanHeatmap } from '../groups/mean-heatmap.tsx';
import { Strip } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';
import { AboutClass } from './about-class.tsx';

/**
 * Claims that a class is decided because of what comes with another one; nothing where none holds.
 * @param beyond whether those that the collection list has are left out
 */
export function TravellingCues({ beyond = false }: { beyond?: boolean }) {
  const { multi, findings } = useReport();
  const listed = new Set(beyond ? findings.collect.flatMap(({ from, alsoFrom }) => [from, ...alsoFrom]) : []);
  const cues = (multi?.coOccurrence.travelling ?? []).filter(({ id }) => !listed.has(id));
  if (cues.length === 0) return null;
  return (
    <section aria-labelledby="travelling">
      <h2 id="travelling">Cues that travel with another label</h2>
      <Progressive items={cues} step={5}>
        {(shown) => (
          <ul class="cards">
            {shown.map((cue) => (
              <Cue key={cue.id} cue={cue} />
            ))}
          </ul>
        )}
      </Progressive>
    </section>
  );
}

function Cue({ cue }: { cue: PageTravellingCue }) {
  const { className } = useReport();
  const images = { class: cue.class, which: 'false-positive', label: cue.with };
  return (
    <li class={`card ${cue.heatmap ? 'group-card' : ''}`}>
      {cue.heatmap && <MeanHeatmap heatmap={cue.heatmap} place={cue.place ?? 'all over'} size="small" />}
      <div class="group-text">
        <p class="sentence">{cue.sentence}</p>
        <p class="muted">
          {percent(cue.rate)} of the images with {className(cue.with)} and without {className(cue.class)},{' '}
          {percent(cue.otherwise)} of those without both; chance {chance(cue.chance)}
          {cue.agreement !== null &&
            `; maps for the two classes have a median correlation of ${cue.agreement.toFixed(2).replace('-', '−')}`}
        </p>
        <p class="collect-links">
          <a href={linkToView('images', images)}>{counted(cue.count, 'false positive')}</a>
          <a href={linkToView(`classes/${cue.class}`)}>{className(cue.class)}</a>
          <a href={linkToView(`classes/${cue.with}`)}>{className(cue.with)}</a>
        </p>
        <AboutClass index={cue.class}>
          <Strip rows={cue.images.slice(0, 6)} keep={images} />
        </AboutClass>
      </div>
    </li>
  );
}
