import { Stat } from '../../../../shared/page/parts/explained.tsx';
import { Progressive } from '../../../../shared/page/parts/progressive.tsx';
import { linkToView, route } from '../../../../shared/page/route.ts';
import { chance, count, counted, percent } from '../../../../shared/page/text.ts';
import type { PageChanges } from '../../page-data.ts';
import { useReport } from '../report-context.ts';
import { ChangeCard } from './change-card.tsx';
import { type ChangeList, changeLists, galleryPrefix } from './change-lists.ts';
import { ClassMoves } from './class-moves.tsx';
import { type EarlierLookup, useEarlierMaps } from './earlier-maps.ts';
import { MovedMaps } from './moved-maps.tsx';
import { PairCard } from './pair-card.tsx';

/** Cards of each list before its own view is opened. */
const cardsShown = 4;

/** What changed from an earlier run to this one. */
export function Changes() {
  const { changes, findings, multi } = useReport();
  const earlier = useEarlierMaps(changes !== null);
  const { item } = route.value;
  if (!changes) {
    return (
      <>
        <h1 tabIndex={-1}>No earlier run</h1>
        <p>
          This report was made without one. <code>gradline report &lt;output&gt; --since &lt;earlier output&gt;</code>{' '}
          adds what changed.
        </p>
      </>
    );
  }
  const lists = changeLists(changes);
  const chosen = lists.find(({ id }) => id === item);
  if (chosen) return <OneList list={chosen} earlier={earlier} />;
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>What changed since {changes.before.run}</h1>
        <p class="muted">
          Then {changes.before.model}, now {findings.model}; {counted(changes.matched, 'image')} in both runs.{' '}
          {multi && 'Each class of an image is compared by itself. '}Maps on the left are the earlier run's, drawn from
          its evidence.
        </p>
      </header>
      <Counts changes={changes} lists={lists} />
      {lists
        .filter(({ count: images }) => images > 0)
        .map((list) => (
          <section key={list.id} aria-labelledby={list.id}>
            <h2 id={list.id}>
              {list.title} <small class="muted">{count(list.count)}</small>
            </h2>
            <p class="muted">{list.meaning}</p>
            <Cards list={{ ...list, images: list.images.slice(0, cardsShown) }} earlier={earlier} />
            {list.count > cardsShown && (
              <p>
                <a href={linkToView(`changes/${list.id}`)}>All {count(list.count)}, with both maps</a>
              </p>
            )}
          </section>
        ))}
      {changes.pairs?.maps && <MovedMaps maps={changes.pairs.maps} />}
      <section aria-labelledby="moved">
        <h2 id="moved">Classes</h2>
        <ClassMoves classes={changes.classes} />
      </section>
      <Notes changes={changes} />
    </>
  );
}

function Counts({ changes, lists }: { changes: PageChanges; lists: readonly ChangeList[] }) {
  const { multi } = useReport();
  const { paired } = changes;
  return (
    <div class="stats">
      {paired.images > 0 && (
        <Stat
          name={multi ? 'all decisions right, then and now' : 'accuracy, then and now'}
          meaning={`Over the ${count(paired.images)} images with the same ${multi ? 'labels' : 'label'} in both runs. Chance of such a difference if neither run is better (McNemar's exact test): ${chance(paired.chance)}.`}
        >
          {percent(paired.correctBefore / paired.images)} <small>→</small>{' '}
          {percent(paired.correctAfter / paired.images)}
        </Stat>
      )}
      {lists.map(({ id, title, meaning, count: images, tone }) => (
        <Stat key={id} name={title.toLowerCase()} meaning={meaning} tone={images > 0 ? tone : undefined}>
          {images === 0 ? '0' : <a href={linkToView(`changes/${id}`)}>{count(images)}</a>}
        </Stat>
      ))}
    </div>
  );
}

function OneList({ list, earlier }: { list: ChangeList; earlier: EarlierLookup | string | null }) {
  const { multi } = useReport();
  const { id, title, meaning, images } = list;
  return (
    <>
      <nav class="crumbs" aria-label="Changes">
        <a href={linkToView('changes')}>All that changed</a>
        <a href={linkToView('images', { inside: galleryPrefix + id })}>These images in the gallery</a>
      </nav>
      <header class="view-head">
        <h1 tabIndex={-1}>
          {title}: {counted(list.count, multi ? 'decision' : 'image')}
        </h1>
        <p class="muted">
          {meaning}
          {list.count > images.length && ` The first ${count(images.length)} are here; diff.json names more.`}
        </p>
      </header>
      {images.length === 0 && <p class="nothing">None.</p>}
      <Progressive items={images} step={24}>
        {(shown) => <Cards list={{ ...list, images: [...shown] }} earlier={earlier} />}
      </Progressive>
    </>
  );
}

function Cards({ list, earlier }: { list: ChangeList; earlier: EarlierLookup | string | null }) {
  const inside = galleryPrefix + list.id;
  return (
    <ul class="cards changes">
      {list.images.map((change) =>
        'class' in change ? (
          <PairCard key={`${change.row} ${change.class}`} change={change} inside={inside} earlier={earlier} />
        ) : (
          <ChangeCard key={change.row} change={change} inside={inside} earlier={earlier} />
        ),
      )}
    </ul>
  );
}

const apartNames = {
  relabelled: 'have another label now',
  added: 'are new',
  vanished: 'are no longer there',
  newlyQuarantined: 'could be explained then and not now',
  noLongerQuarantined: 'could not be explained then and can be now',
} as const;

function Notes({ changes }: { changes: PageChanges }) {
  const { apart, elsewhere, samePreprocess, notes } = changes;
  const parts = Object.entries(apartNames).flatMap(([name, text]) => {
    const images = Object.entries(apart).find(([own]) => own === name)?.[1] ?? 0;
    return images > 0 ? [`${count(images)} ${text}`] : [];
  });
  const all = [
    ...(parts.length > 0 ? [`Not compared: ${parts.join('; ')}.`] : []),
    ...(elsewhere
      ? [
          `Where the network looks was compared for ${counted(elsewhere.compared, 'image')} with the same answer (${elsewhere.map.layer} ${elsewhere.map.method}).`,
        ]
      : []),
    ...(samePreprocess
      ? []
      : [
          "The earlier run saw images through other preprocess settings, so its maps are not laid over this run's pictures.",
        ]),
    ...notes,
  ];
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="notes">
      <h2 id="notes">Notes</h2>
      <ul class="notes">
        {all.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </section>
  );
}
