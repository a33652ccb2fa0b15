import { didYouMean } from '../explain/nearest-names.ts';
import { UserError } from '../explain/user-error.ts';
import { type RunStatus, readStatus } from '../shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient, type RunLedger, runRegistryKey } from '../shared/ledger/run-keys.ts';

/** A run that exists, as a person named it. @throws UserError `no-such-run`, `bad-run-id` */
export async function findRun(
  redis: RedisClient,
  run: string,
  latestFailures = 20,
): Promise<{ ledger: RunLedger; status: RunStatus }> {
  const ledger = openRunLedger(redis, run);
  const status = await readStatus(ledger, latestFailures);
  if (status === null) throw await noSuchRun(redis, run);
  return { ledger, status };
}

/** @param output where the run wrote, when that is known */
export async function noSuchRun(redis: RedisClient, run: string, output?: string): Promise<UserError> {
  const near = didYouMean(run, await redis.zrevrange(runRegistryKey, 0, 99));
  return new UserError(
    'no-such-run',
    `Redis knows no run ${run}.${near} \`gradline runs\` lists the runs. If Redis has lost it, ` +
      `\`gradline recover ${output ?? '<output>'}\` rebuilds it from its output.`,
  );
}
