import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { gradline } from '../cli/gradline.ts';
import { enqueuedRun, redisProgram, statusOf, useRedis } from '../control/fixture.ts';
import { type DashboardProcess, startDashboard } from './dashboard-server.ts';

const token = 'a token of more than sixteen characters';
const json = { 'Content-Type': 'application/json' };

describe.skipIf(redisProgram === null)('who may use the dashboard', () => {
  const use = useRedis();
  let open: DashboardProcess;
  let guarded: DashboardProcess;
  let readOnly: DashboardProcess;

  beforeAll(async () => {
    if (redisProgram === null) return;
    const { url } = use().server;
    [open, guarded, readOnly] = await Promise.all([
      startDashboard(url),
      startDashboard(url, ['--host', '0.0.0.0', '--allow-host', 'runs.example'], { GRADLINE_DASHBOARD_TOKEN: token }),
      startDashboard(url, ['--read-only']),
    ]);
  });
  afterAll(() => Promise.all([open, guarded, readOnly].map((dashboard) => dashboard?.stop())));

  const codeOf = async (answer: Response) => z.object({ code: z.string() }).parse(await answer.json()).code;
  const csrfOf = async (dashboard: DashboardProcess, headers: Record<string, string> = {}): Promise<string> => {
    const answer = await fetch(`${dashboard.address}/api/session`, { headers });
    return z.object({ csrf: z.string() }).parse(await answer.json()).csrf;
  };

  test('beyond this machine it needs a token, and one that cannot be guessed', async () => {
    const start = (flags: string[], environment: Record<string, string> = {}) =>
      gradline(['dashboard', '--redis', use().server.url, '--port', '0', ...flags], environment);
    const [without, weak] = await Promise.all([
      start(['--host', '0.0.0.0']),
      start([], { GRADLINE_DASHBOARD_TOKEN: 'secret' }),
    ]);
    expect(without).toMatchObject({ code: 2, stdout: '' });
    expect(without.stderr).toContain('GRADLINE_DASHBOARD_TOKEN');
    expect(weak).toMatchObject({ code: 2 });
    expect(weak.stderr).toContain('at least 16');
    expect(weak.stderr).not.toContain('secret');
  });

  test.each([
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost:1', 200],
    ['[::1]:80', 200],
  ])('called as %s it answers %i', async (host, status) => {
    expect(await statusAs(open, host)).toBe(status);
  });

  test('probes are answered under any name and without the token', async () => {
    expect(await statusAs(guarded, 'other.example', '/livez')).toBe(200);
    expect(await statusAs(guarded, 'other.example', '/readyz')).toBe(200);
  });

  test('a name that it was told is its own', async () => {
    expect(await statusAs(guarded, 'runs.example')).toBe(200);
    expect(await statusAs(guarded, 'other.example')).toBe(403);
  });

  test('without the token there are no runs, pictures, queues or outputs to be seen', async () => {
    const { address } = guarded;
    for (const path of ['session', 'events', 'form', 'schedules', 'runs/x/output', 'runs/x/picture?key=y']) {
      const answer = await fetch(`${address}/api/${path}`);
      expect([path, answer.status, await codeOf(answer)]).toEqual([path, 401, 'sign-in']);
    }
    expect((await fetch(`${address}/queue/api/queues`)).status).toBe(401);
    expect((await fetch(`${address}/outputs/guess/x/run.json`)).status).toBe(401);
  });

  test('the token is changed for a cookie that no script can read and no other site can use', async () => {
    const { address } = guarded;
    const signIn = (given: string) =>
      fetch(`${address}/sign-in`, { method: 'POST', headers: json, body: JSON.stringify({ token: given }) });
    const wrong = await signIn(`${token} `);
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null]);
    const right = await signIn(token);
    const cookie = right.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toContain(encodeURIComponent(token));
    const [pair = ''] = cookie.split(';');
    expect((await fetch(`${address}/api/session`, { headers: { Cookie: pair } })).status).toBe(200);
    const changed = `${pair.slice(0, -1)}${pair.endsWith('A') ? 'B' : 'A'}`;
    expect((await fetch(`${address}/api/session`, { headers: { Cookie: changed } })).status).toBe(401);
    const bearer = { Authorization: `Bearer ${token}` };
    expect((await fetch(`${address}/api/session`, { headers: bearer })).status).toBe(200);
  });

  test('a page of another site can change nothing', async () => {
    const { redis } = use();
    const { run } = await enqueuedRun(redis, 8);
    const csrf = { 'X-Gradline-CSRF': await csrfOf(open) };
    const pause = (headers: Record<string, string>) =>
      fetch(`${open.address}/api/runs/${run}/pause`, { method: 'POST', headers, body: '{}' });
    const forged = [{}, json, { ...json, 'X-Gradline-CSRF': 'x' }, { ...json, ...csrf, Origin: 'http://evil.example' }];
    for (const headers of forged) {
      const answer = await pause(headers);
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'forged']);
    }
    expect(await statusOf(redis, run)).toMatchObject({ state: 'running' });
    expect((await pause({ ...json, ...csrf, Origin: open.address })).status).toBe(200);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'paused' });
    const queue = await fetch(`${open.address}/queue/api/queues/shards/pause`, { method: 'PUT', headers: json });
    expect(queue.status).toBe(403);
  });

  test('a read-only one changes nothing', async () => {
    const { redis } = use();
    const { run } = await enqueuedRun(redis, 8);
    const headers = { ...json, 'X-Gradline-CSRF': await csrfOf(readOnly) };
    const answer = await fetch(`${readOnly.address}/api/runs/${run}/cancel`, { method: 'POST', headers, body: '{}' });
    expect([answer.status, await codeOf(answer)]).toEqual([403, 'read-only']);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'running' });
  });

  test('its pages run no scripts of others and load nothing from elsewhere', async () => {
    for (const path of ['/', '/queue']) {
      const answer = await fetch(`${open.address}${path}`);
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(await answer.text()).not.toMatch(/https?:\/\//);
    }
  });

  function statusAs(dashboard: DashboardProcess, host: string, path = '/'): Promise<number | undefined> {
    const { port } = new URL(dashboard.address);
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers: { Host: host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .once('error', reject)
        .end();
    });
  }
});
