import { Stat } from '../../../../shared/page/parts/explained.tsx';
import { linkToView } from '../../../../shared/page/route.ts';
import { count, counted, percent } from '../../../../shared/page/text.ts';
import { MultiLabelClassTable } from '../multi-label/class-table.tsx';
import { MultiLabelNumbers, PairCounts } from '../multi-label/multi-label-numbers.tsx';
import { TravellingCues } from '../multi-label/travelling-cues.tsx';
import { useReport } from '../report-context.ts';
import { Answers } from './answers.tsx';
import { CalibrationChart } from './calibration-chart.tsx';
import { ClassTable } from './class-table.tsx';
import { CollectionList } from './collection-list.tsx';
import { ConfusedPairs } from './confused-pairs.tsx';
import { FirstImages } from './first-images.tsx';
import { WorthALook } from './worth-a-look.tsx';

export function Overview() {
  const report = useReport();
  const { findings, selection } = report;
  const labelled = findings.counts.labelled > 0;
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>{labelled ? 'What to collect' : 'What the model answered'}</h1>
        <p class="muted">
          {findings.model} on {findings.input}, run {findings.run}
        </p>
      </header>
      {findings.warnings.length > 0 && (
        <section class="warnings" aria-labelledby="warnings">
          <h2 id="warnings">These maps and answers may mean nothing</h2>
          <ul>
            {findings.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </section>
      )}
      <Counts />
      <ChangesLine />
      <CollectionList />
      <TravellingCues beyond />
      <WorthALook />
      <FirstImages />
      {labelled && report.multi && <MultiLabelNumbers multi={report.multi} />}
      {labelled && !report.multi && (
        <div class="columns">
          <section aria-labelledby="pairs">
            <h2 id="pairs">Most confused</h2>
            <ConfusedPairs />
          </section>
          {findings.calibration && (
            <section aria-labelledby="calibration">
              <h2 id="calibration">Calibration</h2>
              <CalibrationChart calibration={findings.calibration} />
            </section>
          )}
        </div>
      )}
      {labelled ? (
        <section aria-labelledby="classes">
          <h2 id="classes">Classes</h2>
          {report.multi ? <MultiLabelClassTable /> : <ClassTable />}
        </section>
      ) : (
        <Answers />
      )}
      {(findings.notes.length > 0 || selection) && (
        <section aria-labelledby="notes">
          <h2 id="notes">Notes</h2>
          <ul class="notes">
            {selection && (
              <li>
                This page holds {count(selection.shown)} of {count(selection.done)} images: every image that a finding
                names,{' '}
                {selection.mistakes === 1
                  ? 'all other mistakes'
                  : `${percent(selection.mistakes)} of the other mistakes`}{' '}
                and {percent(selection.rest)} of the rest. Counts and findings are of all images.
              </li>
            )}
            {findings.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function ChangesLine() {
  const { changes } = useReport();
  if (!changes) return null;
  const { before } = changes;
  const { newlyBroken, fixed, stillWrong } = changes.pairs ?? changes;
  return (
    <p class="changes-line">
      Since {before.run}
      {changes.pairs && ', decisions about one class'}: {count(newlyBroken.count)} newly broken, {count(fixed.count)}{' '}
      fixed, {count(stillWrong.count)} still wrong. <a href={linkToView('changes')}>What changed</a>
    </p>
  );
}

function Counts() {
  const { findings, quarantined, multi } = useReport();
  const { counts, accuracy, clusters, gaps, labelErrors } = findings;
  const wrong = counts.labelled - counts.correct;
  return (
    <div class="stats">
      <Stat
        name="images"
        meaning="Images that the run explained, and those that it could not read (quarantined) beside them."
      >
        {count(counts.done)}
      </Stat>
      {accuracy !== null && (
        <>
          {multi ? (
            <PairCounts multi={multi} />
          ) : (
            <>
              <Stat
                name="accuracy"
                meaning={`Share of the labelled images whose predicted class is the label: ${count(counts.correct)} of ${count(counts.labelled)}.`}
              >
                {percent(accuracy)}
              </Stat>
              <Stat
                name="mistakes"
                tone={wrong > 0 ? 'wrong' : undefined}
                meaning="Labelled images whose predicted class is not the label."
              >
                <a href={linkToView('images', { show: 'mistakes' })}>{count(wrong)}</a>
              </Stat>
            </>
          )}
          <Stat
            name="clusters"
            meaning="Groups of false positives that were made by looking at the same thing and whose cause is claimed, of all groups found."
          >
            <a href={linkToView('clusters')}>
              {count(clusters.filter(({ claimed }) => claimed).length)}
              <small> of {count(clusters.length)}</small>
            </a>
          </Stat>
          <Stat
            name="gaps"
            meaning="Groups of misclassified images that look unlike all correct images of their class and that hold against chance, of all groups found."
          >
            <a href={linkToView('gaps')}>
              {count(gaps.filter(({ claimed }) => claimed).length)}
              <small> of {count(gaps.length)}</small>
            </a>
          </Stat>
          {multi ? (
            <Stat
              name="missing labels"
              tone={multi.missingLabels.length > 0 ? 'suspected' : undefined}
              meaning="Labels that are probably missing: the model is sure, and looks where it sees the class's true images."
            >
              <a href={linkToView('labels')}>{count(multi.missingLabels.length)}</a>
            </Stat>
          ) : (
            <Stat
              name="suspected labels"
              tone={labelErrors.length > 0 ? 'suspected' : undefined}
              meaning="Images whose label may be wrong, each with its chance. They are kept apart from the mistakes of the model."
            >
              <a href={linkToView('labels')}>{count(labelErrors.length)}</a>
            </Stat>
          )}
        </>
      )}
      <Stat name="quarantined" meaning="Images that could not be explained, each with the reason.">
        {quarantined.total === 0 ? '0' : <a href={linkToView('quarantined')}>{counted(quarantined.total, '', '')}</a>}
      </Stat>
    </div>
  );
}
