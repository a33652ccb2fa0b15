import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { classNames, outputOf } from '../hand-made.ts';
import { exported, hostile, madeOutput, occurring, records } from './handed-over.ts';

describe('Label Studio', () => {
  const taskSchema = z.object({
    data: z.looseObject({ image: z.string(), key: z.string(), suspected_label: z.boolean() }),
    predictions: z.tuple([
      z.strictObject({
        model_version: z.string(),
        score: z.number().min(0).max(1),
        result: z.tuple([
          z.strictObject({
            id: z.string(),
            from_name: z.literal('class'),
            to_name: z.literal('image'),
            type: z.literal('choices'),
            value: z.strictObject({ choices: z.tuple([z.enum(classNames)]) }),
          }),
        ]),
      }),
    ]),
  });

  test('tasks of mistakes carry what the network says', async () => {
    const { json, images, notes } = await exported('label-studio', await madeOutput(), { only: 'mistakes' });
    const tasks = z.array(taskSchema).parse(await json('tasks.json'));
    expect(images).toBe(2);
    expect(tasks.map(({ data }) => data.key)).toEqual([hostile, 'dog/d.jpg']);
    expect(tasks[0]).toMatchObject({
      data: {
        image: '/data/local-files/?d=photos/dog/%3D1%2B1%20%22%3Cscript%3E%23.jpg',
        label: 'dog',
        clusters: 'cluster-1',
      },
      predictions: [{ score: 0.75, result: [{ value: { choices: ['cat'] } }] }],
    });
    expect(tasks[1]?.data.suspected_label).toBe(true);
    // The storage has to lie below the document root.
    expect(notes.join(' ')).toMatch(/LOCAL_FILES_DOCUMENT_ROOT=(\/.*), and add \1\/photos as its local storage/);
  });

  test('the labelling interface offers every class once, whatever its name', async () => {
    const names = ['true', 'a "b" & <c>', 'crane', 'crane', 'fox', 'bee', 'ant'];
    const { text } = await exported('label-studio', await madeOutput(), { images: 'https://x.example' });
    expect((await text('labeling-config.xml')).match(/<Choice value="[^"]*"\/>/g)).toHaveLength(occurring.length);
    const renamed = records.map((record) =>
      record.status === 'done'
        ? {
            ...record,
            top: names.map((name, index) => ({ class: index, name, score: 0.1 })),
            predictedName: names[0] ?? null,
            labelName: null,
          }
        : record,
    );
    const other = await exported('label-studio', await outputOf({ shards: [renamed] }));
    const setup = await other.text('labeling-config.xml');
    for (const value of ['true', 'a &quot;b&quot; &amp; &lt;c&gt;', 'crane (2)', 'crane (3)']) {
      expect(setup).toContain(`<Choice value="${value}"/>`);
    }
    expect(setup).toContain('<Image name="image" value="$image" zoom="true"/>');
  });
});
