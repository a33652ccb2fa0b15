import { count } from '../../../../shared/page/text.ts';
import type { PairFate } from '../../../diff/contract.ts';
import type { PagePairChanges } from '../../page-data.ts';

const fates: Record<PairFate, string> = {
  stillRight: 'right in both',
  newlyBroken: 'newly broken',
  fixed: 'fixed',
  stillWrong: 'wrong in both',
  unknown: 'truth unknown',
};

/** How far maps for a class moved, by what became of its decision. */
export function MovedMaps({ maps }: { maps: NonNullable<PagePairChanges['maps']> }) {
  const { layer, method, threshold, moved } = maps;
  const rows = Object.entries(fates).flatMap(([fate, name]) => {
    const own = Object.entries(moved).find(([one]) => one === fate)?.[1];
    return own && own.explained > 0 ? [{ name, ...own }] : [];
  });
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="moved-maps">
      <h2 id="moved-maps">Where the network looks</h2>
      <p class="muted">
        Maps for the same class of the same image, {layer} {method}: their correlation, 1 where both lie at the same
        place. Where a decision changed and its map moved, the one may come of the other; a map that moved while the
        decision stayed is a right answer for another reason, or a wrong one.
      </p>
      <div class="scroll">
        <table class="classes">
          <thead>
            <tr>
              <th scope="col">decision</th>
              <th scope="col" class="number">
                compared
              </th>
              <th scope="col" class="number">
                median correlation
              </th>
              <th scope="col" class="number">
                below {threshold}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, compared, medianCorrelation, elsewhere }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{count(compared)}</td>
                <td class="number">
                  {medianCorrelation === null ? '–' : medianCorrelation.toFixed(2).replace('-', '−')}
                </td>
                <td class="number">{count(elsewhere)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
