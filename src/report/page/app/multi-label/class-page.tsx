import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Choice } from '../../../../shared/page/parts/choice.tsx';
import { Stat } from '../../../../shared/page/parts/explained.tsx';
import { changeParams, linkToView, route } from '../../../../shared/page/route.ts';
import { count, counted, percent } from '../../../../shared/page/text.ts';
import type { MultiLabelClass } from '../../../contract.ts';
import { findImages, multiLabelSortChoices, readQuery } from '../image-query.ts';
import { CalibrationChart } from '../overview/calibration-chart.tsx';
import { Strip } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';
import { AboutClass } from './about-class.tsx';
import { ClassFindings } from './class-findings.tsx';
import { readThreshold, readWhich, type Which, whichChoices } from './class-question.ts';
import { DecisionTable } from './decision-table.tsx';
import type { ClassColumns } from './multi-label.ts';
import { countOutcomes, type Rates, ratesOf } from './outcome.ts';
import { PrecisionRecall } from './precision-recall.tsx';
import { ThresholdControls } from './threshold-controls.tsx';
import { pointAt } from './thresholds.ts';
import { useClasses } from './use-classes.ts';

/** Fills whole rows of six, four and three. */
const picturesShown = 18;
/** Milliseconds after the last change until the address has the threshold: browsers refuse addresses that change all the time. */
const settled = 250;

const sorts = Object.entries(multiLabelSortChoices)
  .filter(([name]) => name !== 'mistakes')
  .map(([value, text]) => ({ value, text }));

export function ClassPage({ one }: { one: MultiLabelClass }) {
  const { className, multi } = useReport();
  const state = useClasses([one.class]);
  const columns = multi?.columnsOf(one.class) ?? null;
  const number = (share: number | null) => (share === null ? '–' : share.toFixed(3));
  return (
    <>
      <nav class="crumbs" aria-label="Other classes">
        <a href={linkToView('classes')}>All classes</a>
        <span>
          {one.class > 0 && (
            <a href={linkToView(`classes/${one.class - 1}`)} rel="prev">
              ← previous
            </a>
          )}
          {multi?.classOf(one.class + 1) && (
            <a href={linkToView(`classes/${one.class + 1}`)} rel="next">
              next →
            </a>
          )}
        </span>
      </nav>
      <header class="view-head">
        <h1 tabIndex={-1}>{className(one.class)}</h1>
        <p class="muted">
          True in {counted(one.positives, 'image')}, not in {count(one.negatives)}
          {one.unknown > 0 && `; not known in ${count(one.unknown)}, which count nowhere`}.
        </p>
      </header>
      <div class="stats">
        <Stat
          name="average precision"
          meaning="Area under the precision-recall curve: the mean precision over all thresholds, weighted by the recall that each adds. 1 is perfect; an order by chance has the share of images that have the class."
        >
          {number(one.averagePrecision)}
        </Stat>
        <Stat
          name="AUROC"
          meaning="Area under the receiver operating characteristic: the probability that an image with the class has a higher score than one without. 0.5 is chance."
        >
          {number(one.auroc)}
        </Stat>
        <Stat name="highest F1" meaning="The highest F1 that any threshold reaches on this run.">
          {number(one.bestF1?.f1 ?? null)}
        </Stat>
        <Stat
          name="calibration error"
          meaning="Mean difference between the class's score and the share of images that have it, over bins of scores."
        >
          {percent(one.calibration?.expectedError ?? null)}
        </Stat>
      </div>
      {typeof state === 'string' && (
        <p class="nothing" role="alert">
          {state}
        </p>
      )}
      {columns ? (
        <Decisions one={one} columns={columns} />
      ) : (
        state === false && <p class="nothing">Loading the class.</p>
      )}
      <ClassFindings index={one.class} />
      {one.calibration && (
        <section aria-labelledby="calibration" class="class-calibration">
          <h2 id="calibration">Calibration</h2>
          <CalibrationChart calibration={one.calibration} of="class" />
        </section>
      )}
    </>
  );
}

/** What changes with the threshold. */
function Decisions({ one, columns }: { one: MultiLabelClass; columns: ClassColumns }) {
  const report = useReport();
  const { params } = route.value;
  const [threshold, setThreshold] = useThreshold(one);
  const counts = useMemo(() => countOutcomes(columns, threshold), [columns, threshold]);
  const rates = ratesAt(one, report.selection === null, ratesOf(counts), threshold);
  const which = readWhich(params) ?? (counts['false-positive'] > 0 ? 'false-positive' : 'true-positive');
  const choose = (next: Which) => changeParams({ which: next }, 'replace');
  const sort = params.get('sort');
  const keep = {
    class: one.class,
    which,
    threshold: threshold === one.threshold ? null : Number(threshold.toPrecision(9)),
    sort,
  };
  const rows = useMemo(() => {
    const query = readQuery(new URLSearchParams(sort === null ? {} : { sort }));
    return findImages(report, { ...query, about: { class: one.class, threshold, which } });
  }, [columns, threshold, which, sort]);

  return (
    <>
      <section aria-labelledby="threshold">
        <h2 id="threshold">Threshold</h2>
        <div class="columns decide">
          {one.curve.length > 0 ? (
            <PrecisionRecall one={one} threshold={threshold} rates={rates} onChoose={setThreshold} />
          ) : (
            <p class="nothing">No image is known to have the class, so there is no precision-recall curve.</p>
          )}
          <div class="decide-numbers">
            <ThresholdControls one={one} threshold={threshold} rates={rates} onChoose={setThreshold} />
            <div class="stats small">
              <Stat name="precision" meaning="Share of the images where the class is decided that have it.">
                {percent(rates.precision)}
              </Stat>
              <Stat name="recall" meaning="Share of the images that have the class where it is decided.">
                {percent(rates.recall)}
              </Stat>
              <Stat name="F1" meaning="Harmonic mean of precision and recall: low when either is.">
                {rates.f1 === null ? '–' : rates.f1.toFixed(3)}
              </Stat>
            </div>
            <DecisionTable counts={counts} which={which} onChoose={choose} />
            {report.selection && <p class="muted">Counts are of the images on this page, shares of the whole run.</p>}
          </div>
        </div>
      </section>
      <section aria-labelledby="shown">
        <h2 id="shown">
          {whichChoices[which]}{' '}
          <small class="muted" aria-live="polite">
            {count(rows.length)}
          </small>
        </h2>
        <div class="toolbar">
          <Choice
            name="Show"
            value={which}
            options={Object.entries(whichChoices).map(([value, text]) => ({ value, text }))}
            onChange={(value) => changeParams({ which: value }, 'replace')}
          />
          <Choice
            name="Order"
            value={sort ?? 'confident'}
            options={sorts}
            onChange={(value) => changeParams({ sort: value === 'confident' ? null : value }, 'replace')}
          />
        </div>
        {rows.length === 0 ? (
          <p class="nothing">None at this threshold.</p>
        ) : (
          <>
            <AboutClass index={one.class} threshold={threshold}>
              <Strip size="large" rows={rows.slice(0, picturesShown)} keep={keep} />
            </AboutClass>
            <p>
              <a href={linkToView('images', keep)}>
                {rows.length === 1 ? 'This image' : `All ${count(rows.length)}`} in the gallery
              </a>
            </p>
          </>
        )}
      </section>
    </>
  );
}

/** Of the run's curve where the page holds only a part of its images. */
function ratesAt(one: MultiLabelClass, isWhole: boolean, counted: Rates, threshold: number): Rates {
  if (isWhole) return counted;
  const point = pointAt(one, threshold);
  if (!point) return { precision: null, recall: one.curve.length > 0 ? 0 : null, f1: one.curve.length > 0 ? 0 : null };
  const { precision, recall } = point;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

/** The address has it as soon as the reader stops changing it. */
function useThreshold(one: MultiLabelClass): [number, (threshold: number) => void] {
  const { params } = route.value;
  const inAddress = readThreshold(params) ?? one.threshold;
  const [threshold, setThreshold] = useState(inAddress);
  // What this view wrote itself is older than what the reader chose meanwhile, and must not take its place.
  const known = useRef(inAddress);
  useEffect(() => {
    if (inAddress !== known.current) {
      known.current = inAddress;
      setThreshold(inAddress);
      return;
    }
    if (threshold === inAddress) return;
    const text = threshold === one.threshold ? null : String(threshold);
    const timer = setTimeout(() => {
      known.current = threshold;
      changeParams({ threshold: text }, 'replace');
    }, settled);
    return () => clearTimeout(timer);
  }, [threshold, inAddress]);
  return [threshold, setThreshold];
}
