import { shortPercent } from '../../../../shared/page/text.ts';
import type { ProofPair, ProofPicture } from '../../../contract.ts';
import type { PageCluster } from '../../page-data.ts';
import { linkTo } from '../../picture-path.ts';
import { useReport } from '../report-context.ts';

/** What the network answers without the possible cause, and with it in other pictures: pairs of pictures, each with its answer. */
export function Proofs({ cluster }: { cluster: PageCluster }) {
  const { className } = useReport();
  const { proofs, tests, predicted } = cluster;
  if (proofs === null) return null;
  const words = tests.find(({ kind }) => kind === proofs.kind)?.words ?? 'it';
  const name = predicted === null ? 'the class' : className(predicted);
  return (
    <div class="proofs">
      <Pairs
        title={`Taken out: ${words}`}
        about="Images of the cluster, as they are and without it."
        pairs={proofs.removed}
        arrow="without it"
      />
      <Pairs
        title={`Put into others: ${words}`}
        about={`Correct images of other classes, and the same with what an image of the cluster lends them. Are they taken for ${name}?`}
        pairs={proofs.transplanted}
        arrow="with it"
      />
      {proofs.shared !== null && (
        <figure class="shared-part">
          <figcaption>
            <h3>What they share</h3>
            <p class="muted">The changed part, averaged over the images.</p>
          </figcaption>
          <img src={linkTo(proofs.shared)} alt={`${words}, averaged over images of the cluster`} decoding="async" />
        </figure>
      )}
    </div>
  );
}

interface PairsProps {
  title: string;
  about: string;
  pairs: readonly ProofPair[];
  arrow: string;
}

function Pairs({ title, about, pairs, arrow }: PairsProps) {
  if (pairs.length === 0) return null;
  return (
    <div class="proof-direction">
      <h3>{title}</h3>
      <p class="muted">{about}</p>
      <ul class="proof-pairs">
        {pairs.map((pair) => (
          <li key={pair.key}>
            <Pair pair={pair} arrow={arrow} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** One pair of each direction: as much as a card has room for. */
export function ProofGlance({ cluster: { proofs, predicted } }: { cluster: PageCluster }) {
  if (proofs === null) return null;
  const taken = proofs.transplanted.filter(({ after }) => after.predicted === predicted);
  return (
    <ul class="proof-pairs glance">
      {proofs.removed.slice(0, 1).map((pair) => (
        <li key="removed">
          <Pair pair={pair} arrow="without it" />
        </li>
      ))}
      {taken.slice(0, 1).map((pair) => (
        <li key="transplanted">
          <Pair pair={pair} arrow="with it" />
        </li>
      ))}
    </ul>
  );
}

function Pair({ pair, arrow }: { pair: ProofPair; arrow: string }) {
  const { className } = useReport();
  return (
    <figure class="proof-pair">
      <Side picture={pair.before} pair={pair} alt={`${pair.key}, as it is`} />
      <span class="proof-arrow" aria-hidden="true">
        →
      </span>
      <Side picture={pair.after} pair={pair} alt={`${pair.key}, ${arrow}`} />
      <figcaption class="muted">
        is {className(pair.label)}: as it is, then {arrow}
      </figcaption>
    </figure>
  );
}

function Side({ picture, pair: { label, box }, alt }: { picture: ProofPicture; pair: ProofPair; alt: string }) {
  const { className } = useReport();
  const isRight = picture.predicted === label;
  return (
    <div class={`proof-side ${isRight ? 'right' : 'wrong'}`}>
      <span class="proof-picture">
        <img src={linkTo(picture.picture)} alt={alt} decoding="async" draggable={false} />
        {box !== null && (
          <span
            class="proof-box"
            style={{
              left: `${box.left * 100}%`,
              top: `${box.top * 100}%`,
              width: `${box.width * 100}%`,
              height: `${box.height * 100}%`,
            }}
          />
        )}
      </span>
      <span class="proof-answer">
        <span aria-hidden="true">{isRight ? '✓' : '✗'}</span> {className(picture.predicted)}{' '}
        <small>{shortPercent(picture.score)}</small>
      </span>
    </div>
  );
}
