/** `gradline enqueue --dry-run`: the run as a file for Kubernetes. */

import type { DescribedRun } from '../producer/run-manifest.ts';

export interface DescribeOptions {
  dryRun?: boolean;
  manifest?: string | undefined;
  image?: string | undefined;
}

/** Of this version. */
const usualImage = 'gradline';

/**
 * @param given settings of the command line, which `readConfiguration` takes
 * @param words what else the Job shall be told
 */
export async function describeRun(
  given: Record<string, unknown>,
  config: string | null,
  words: string[],
  { manifest, image }: DescribeOptions,
): Promise<void> {
  const [{ writtenSettings }, { runManifest }, { packageFacts }] = await Promise.all([
    import('../shared/run/read-configuration.ts'),
    import('../producer/run-manifest.ts'),
    import('./package-facts.ts'),
  ]);
  const { settings, places } = await writtenSettings(given, config);
  const run: DescribedRun = { settings, arguments: words, image: image ?? `${usualImage}:${packageFacts().version}` };
  const local = places.filter((place) => !place.startsWith('s3://'));
  if (local.length > 0) {
    process.stderr.write(
      `Warning: ${local.join(', ')} must be there in the Job's container and on every worker: mount a volume with it, or put it into a ` +
        'bucket and give its s3:// address.\n',
    );
  }
  if (manifest === undefined) {
    process.stdout.write(runManifest(run));
    return;
  }
  const { writeFile } = await import('node:fs/promises');
  await writeFile(manifest, runManifest(run));
  process.stdout.write(`Nothing is enqueued. kubectl apply --filename ${manifest} does it.\n`);
}
