/** What the tests look at in a Kubernetes object. Whether it is a valid one is for kubernetes-schema.ts to say. */

import { z } from 'zod';

const texts = z.record(z.string(), z.string());

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
  resources: z.looseObject({ limits: z.record(z.string(), z.union([z.string(), z.number()])).default({}) }).optional(),
  securityContext: z.unknown(),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});

const pod = z.object({
  metadata: z.looseObject({ labels: texts, annotations: texts.optional() }),
  spec: z.looseObject({
    serviceAccountName: z.string().optional(),
    restartPolicy: z.string().optional(),
    terminationGracePeriodSeconds: z.number().optional(),
    securityContext: z.unknown(),
    nodeSelector: texts.optional(),
    tolerations: z.array(z.record(z.string(), z.unknown())).default([]),
    containers: z.array(container),
    volumes: z.array(z.looseObject({ name: z.string() })).default([]),
  }),
});

export const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: texts.optional() }),
  data: texts.optional(),
  spec: z
    .looseObject({
      replicas: z.number().optional(),
      template: pod.optional(),
      jobTargetRef: z.looseObject({ template: pod }).optional(),
      jobTemplate: z.looseObject({ spec: z.looseObject({ template: pod }) }).optional(),
      triggers: z.array(z.looseObject({ type: z.string(), metadata: texts })).optional(),
    })
    .optional(),
});

export type Manifest = z.infer<typeof manifest>;
export type Pod = z.infer<typeof pod>;

/** Of whatever makes pods. */
export function podOf({ spec }: Manifest): Pod | undefined {
  return spec?.template ?? spec?.jobTargetRef?.template ?? spec?.jobTemplate?.spec.template;
}
