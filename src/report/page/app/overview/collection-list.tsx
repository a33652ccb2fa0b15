import { Progressive } from '../../../../shared/page/parts/progressive.tsx';
import { linkToView } from '../../../../shared/page/route.ts';
import { counted } from '../../../../shared/page/text.ts';
import type { PageCollectionItem } from '../../page-data.ts';
import { classOfGroup } from '../groups/group-class.ts';
import { ProofGlance } from '../groups/proofs.tsx';
import { AboutClass } from '../multi-label/about-class.tsx';
import { Strip } from '../parts/thumb.tsx';
import { useReport } from '../report-context.ts';

/** What the engineer came for. */
export function CollectionList() {
  const { collect, counts, analysed, clusters } = useReport().findings;
  if (counts.labelled === 0) return null;
  if (collect.length === 0) {
    return (
      <p class="nothing">
        {analysed
          ? `No cause is claimed, so there is nothing to collect yet. ${clusters.length > 0 ? 'The group of mistakes with the most evidence stands below.' : 'No group of mistakes looks alike: each may have a cause of its own.'}`
          : 'No collection list: it needs evidence vectors and labels. The notes below say what was missing.'}
      </p>
    );
  }
  return (
    <Progressive items={collect} step={20}>
      {(shown) => (
        <ol class="collect">
          {shown.map((item) => (
            <Item key={item.rank} item={item} />
          ))}
        </ol>
      )}
    </Progressive>
  );
}

function Item({ item }: { item: PageCollectionItem }) {
  const { findings, multi } = useReport();
  const sources = [item.from, ...item.alsoFrom];
  const from = [...findings.clusters, ...findings.gaps].find(({ id }) => id === item.from);
  const proven = from !== undefined && 'proofs' in from && from.proofs !== null ? from : null;
  const cue = multi?.coOccurrence.travelling.find(({ id }) => id === item.from);
  const about = from ? classOfGroup(from) : (cue?.class ?? null);
  return (
    <li class={`card collect-item ${proven === null ? '' : 'proven'}`}>
      <span class="rank" aria-hidden="true">
        {item.rank}
      </span>
      <div class="collect-text">
        <p class="sentence">{item.sentence}</p>
        <p class="collect-links">
          <a href={linkToView('images', { inside: `collect-${item.rank}` })}>{counted(item.mistakes, 'mistake')}</a>
          {sources.map((id) => (
            <a key={id} href={sourceLink(id)}>
              {id.replace('-', ' ')}
            </a>
          ))}
        </p>
      </div>
      {proven !== null && <ProofGlance cluster={proven} />}
      <AboutClass index={about}>
        <Strip
          beside
          rows={(from?.typical ?? item.images).slice(0, 5)}
          keep={{ inside: `collect-${item.rank}`, class: multi ? about : null }}
        />
      </AboutClass>
    </li>
  );
}

/** @param id of a cluster, a gap or a cue that travels with another label */
function sourceLink(id: string): string {
  if (id.startsWith('cue')) return linkToView('together');
  return linkToView(`${id.startsWith('gap') ? 'gaps' : 'clusters'}/${encodeURIComponent(id)}`);
}
