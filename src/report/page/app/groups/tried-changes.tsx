import { Legend } from '../../../../shared/page/parts/explained.tsx';
import { shortPercent } from '../../../../shared/page/text.ts';
import type { TestedChange } from '../../../contract.ts';

const columns = [
  { name: 'change', meaning: 'What was taken out of the images, or moved to what is usual.' },
  { name: 'true class back', meaning: 'Share of the images that get their true class back without it.' },
  {
    name: 'changed elsewhere',
    meaning: 'The same when as much is changed at another place, or when the image gets it from another of them.',
  },
  {
    name: 'other mistakes',
    meaning: 'The same change to mistakes for other classes: how many of those get their true class back.',
  },
  {
    name: 'margin falls',
    meaning:
      'How far the log-odds of the predicted class against the true one fall, beyond what the change elsewhere does; and what they are without a change.',
  },
  {
    name: 'taken for it',
    meaning:
      'Share of correct images of other classes that are taken for the class when they are given it; in brackets, when they are given the same of other mistakes.',
  },
] as const;

/** Every change that was tried on a cluster, the strongest first. */
export function TriedChanges({ tests }: { tests: readonly TestedChange[] }) {
  return (
    <>
      <div class="scroll">
        <table class="tried">
          <thead>
            <tr>
              {columns.map(({ name }, i) => (
                <th key={name} scope="col" class={i === 0 ? '' : 'number'}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tests.map((test) => (
              <tr key={test.kind}>
                <th scope="row">{test.words}</th>
                <td class="number">{shortPercent(test.returned)}</td>
                <td class="number">{shareOrDash(test.returnedElsewhere)}</td>
                <td class="number">{shareOrDash(test.ordinaryReturned)}</td>
                <td class="number">
                  {test.fall.toFixed(1).replace('-', '−')} <small>of {test.margin.toFixed(1).replace('-', '−')}</small>
                </td>
                <td class="number">
                  {test.transplanted === null ? (
                    '–'
                  ) : (
                    <>
                      {shortPercent(test.transplanted.taken)} <small>({shortPercent(test.transplanted.control)})</small>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Legend terms={columns} />
    </>
  );
}

function shareOrDash(share: number | null): string {
  return share === null ? '–' : shortPercent(share);
}
