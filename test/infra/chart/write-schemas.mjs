// Writes test/goldens/kubernetes/schemas.json: the schemas of the kinds that the chart makes, from Kubernetes' own OpenAPI document and from
// the definitions of KEDA's and the Prometheus operator's custom resources, made strict: a key that they do not name is an error, as
// for `kubectl apply --validate=strict`. Needs Go, which fetches the sources.
//
//   node test/infra/chart/write-schemas.mjs
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const modules = {
  kubernetes: 'k8s.io/kubernetes@v1.37.2',
  keda: 'github.com/kedacore/keda/v2@v2.21.0',
  prometheus: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
};
const kinds = {
  'apps/v1 Deployment': 'io.k8s.api.apps.v1.Deployment',
  'apps/v1 StatefulSet': 'io.k8s.api.apps.v1.StatefulSet',
  'batch/v1 Job': 'io.k8s.api.batch.v1.Job',
  'batch/v1 CronJob': 'io.k8s.api.batch.v1.CronJob',
  'v1 ConfigMap': 'io.k8s.api.core.v1.ConfigMap',
  'v1 PersistentVolumeClaim': 'io.k8s.api.core.v1.PersistentVolumeClaim',
  'v1 Service': 'io.k8s.api.core.v1.Service',
  'v1 ServiceAccount': 'io.k8s.api.core.v1.ServiceAccount',
  'policy/v1 PodDisruptionBudget': 'io.k8s.api.policy.v1.PodDisruptionBudget',
  'networking.k8s.io/v1 Ingress': 'io.k8s.api.networking.v1.Ingress',
  'networking.k8s.io/v1 NetworkPolicy': 'io.k8s.api.networking.v1.NetworkPolicy',
};
const definitionsOfOthers = [
  ['keda', 'config/crd/bases/keda.sh_scaledobjects.yaml'],
  ['keda', 'config/crd/bases/keda.sh_scaledjobs.yaml'],
  ['prometheus', 'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml'],
];
const jobSpec = 'io.k8s.api.batch.v1.JobSpec';

const folders = Object.fromEntries(
  Object.entries(modules).map(([name, module]) => {
    const answer = execFileSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' });
    return [name, JSON.parse(answer).Dir];
  }),
);
const api = JSON.parse(readFileSync(join(folders.kubernetes, 'api/openapi-spec/swagger.json'), 'utf8')).definitions;

const definitions = {};
const reference = (name) => {
  if (!(name in definitions)) {
    definitions[name] = {};
    definitions[name] = strict(name, api[name]);
  }
  return { $ref: `#/definitions/${name}` };
};

/** A schema without prose, in which an object has no other keys than those that are named. */
function strict(name, schema) {
  if (schema.$ref !== undefined) return reference(schema.$ref.replace('#/definitions/', ''));
  if (name.endsWith('.Quantity')) return { type: ['string', 'number'] };
  if (schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string') return { type: ['integer', 'string'] };
  const made = {};
  for (const key of [
    'type',
    'enum',
    'required',
    'pattern',
    'minimum',
    'maximum',
    'minItems',
    'maxItems',
    'maxLength',
  ]) {
    if (schema[key] !== undefined) made[key] = schema[key];
  }
  if (schema.items !== undefined) made.items = strict('', schema.items);
  if (typeof schema.additionalProperties === 'object')
    made.additionalProperties = strict('', schema.additionalProperties);
  if (schema.properties !== undefined) {
    // Of an object as a whole, the server writes the status.
    const named = Object.entries(schema.properties).filter(
      ([key]) => key !== 'status' || !schema.properties.apiVersion,
    );
    made.properties = Object.fromEntries(named.map(([key, value]) => [key, strict('', value)]));
    made.additionalProperties = schema['x-kubernetes-preserve-unknown-fields'] === true;
  }
  return made;
}

const schemas = Object.fromEntries(Object.entries(kinds).map(([kind, name]) => [kind, reference(name)]));
for (const [module, path] of definitionsOfOthers) {
  const { spec } = parse(readFileSync(join(folders[module], path), 'utf8'));
  for (const { name, schema } of spec.versions) {
    const made = strict('', schema.openAPIV3Schema);
    made.properties.metadata = reference('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
    const job = made.properties.spec.properties;
    if (job.jobTargetRef !== undefined) job.jobTargetRef = reference(jobSpec);
    schemas[`${spec.group}/${name} ${spec.names.kind}`] = made;
  }
}
const file = new URL('../../goldens/kubernetes/schemas.json', import.meta.url);
writeFileSync(file, `${JSON.stringify({ from: Object.values(modules), schemas, definitions })}\n`);
