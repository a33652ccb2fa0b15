import { defineConfig } from 'vitest/config';
import { testProjects } from './build/test-projects.mjs';

const setup = { fast: ['test/start-nothing.ts'] };
/** Projects whose files share a process: reading what they import takes longer than most of them. */
const shared = new Set(['fast', 'models']);

export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Of a second, a busy machine spends all on drawing a page.
    expect: { poll: { timeout: 30_000 } },
    // ONNX Runtime already uses every core: more files at once only take turns.
    maxWorkers: 2,
    pool: 'forks',
    // ONNX Runtime sends nothing from tests that load it by themselves. What Gradline does about that is tested in processes without it.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    // Tests in one bucket of a server that they share would meet.
    fileParallelism: !process.env.GRADLINE_TEST_S3_ENDPOINT,
    projects: Object.entries(testProjects()).map(([name, include]) => ({
      extends: true,
      test: { name, include, setupFiles: setup[name] ?? [], isolate: !shared.has(name) },
    })),
  },
});
