import { useMemo } from 'preact/hooks';
import { Choice } from '../../../../shared/page/parts/choice.tsx';
import { Progressive } from '../../../../shared/page/parts/progressive.tsx';
import { changeParams, route } from '../../../../shared/page/route.ts';
import { count, counted } from '../../../../shared/page/text.ts';
import { Tally } from '../../../tally.ts';
import { useReport } from '../report-context.ts';

/** Images that could not be explained, and why. */
export function Quarantined() {
  const { quarantined, className } = useReport();
  const { listed, total } = quarantined;
  const code = route.value.params.get('code') ?? '';
  const codes = useMemo(() => {
    const counts = new Tally<string>();
    for (const image of listed) counts.add(image.code);
    return [...counts].sort(([, a], [, b]) => b - a);
  }, [listed]);
  const shownImages = code === '' ? listed : listed.filter((image) => image.code === code);

  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Quarantined</h1>
        <p class="muted">
          {counted(total, 'image')} could not be explained. The rest of the run is not touched by them.
          {total > listed.length && ` The first ${count(listed.length)} are listed; the records have all.`}
        </p>
      </header>
      {total === 0 ? (
        <p class="nothing">Every image could be explained.</p>
      ) : (
        <>
          <div class="toolbar">
            <Choice
              name="Reason"
              value={code}
              options={[
                { value: '', text: `any (${count(listed.length)})` },
                ...codes.map(([value, images]) => ({ value, text: `${value} (${count(images)})` })),
              ]}
              onChange={(value) => changeParams({ code: value })}
            />
          </div>
          <Progressive items={shownImages} step={100} key={code}>
            {(shown) => (
              <div class="scroll">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">image</th>
                      <th scope="col">label</th>
                      <th scope="col">reason</th>
                      <th scope="col">what happened</th>
                    </tr>
                  </thead>
                  <tbody>
                    {shown.map((image) => (
                      <tr key={image.key}>
                        <th scope="row" class="key">
                          {image.key}
                        </th>
                        <td>{image.label === null ? '–' : className(image.label)}</td>
                        <td>
                          <code>{image.code}</code>
                        </td>
                        <td>{image.message}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </Progressive>
        </>
      )}
    </>
  );
}
