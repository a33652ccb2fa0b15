/** Kubernetes' own schemas, strict; write-schemas.mjs says where they come from. */

import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';

interface Schemas {
  schemas: Record<string, object>;
  definitions: Record<string, object>;
}

const file = new URL('../../goldens/kubernetes/schemas.json', import.meta.url);
const { schemas, definitions }: Schemas = JSON.parse(await readFile(file, 'utf8'));
const ajv = new Ajv({ allErrors: true, strict: false });
const validators = new Map(
  Object.entries(schemas).map(([kind, schema]) => [kind, ajv.compile({ ...schema, definitions })] as const),
);

/** What Kubernetes would refuse, one line each: `/spec/replicas must be integer`. */
export function faultsOf(object: { apiVersion: string; kind: string }): string[] {
  const kind = `${object.apiVersion} ${object.kind}`;
  const validate = validators.get(kind);
  if (validate === undefined) return [`there is no schema of ${kind}: add it to write-schemas.mjs`];
  if (validate(object)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
