// The log file: lines arrive in order, files rotate and are counted, changed settings apply at once, and the tail is short.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import { type Logging, openLog } from '../../core/log/log.ts';
import { realWorld } from '../../core/world/real.ts';
import { connected, failed } from './failedLogins.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const logging = (o: Partial<Logging> = {}): Logging => ({ ...settingsSchema.parse({}).logging, ...o });
const opened = (o: Partial<Logging> = {}) => {
  const problems: string[] = [];
  const logFolder = join(folder, 'log');
  const log = openLog({
    folder: logFolder,
    host: 'mail',
    logging: logging(o),
    world: realWorld,
    onProblem: (problem) => problems.push(problem),
  });
  return { log, problems, file: (name: string) => readFileSync(join(logFolder, name), 'utf8'), folder: logFolder };
};

test('lines of interleaved sessions stand in the file and in the tail', async () => {
  const { log, file, problems } = opened();
  log.event('00000001', connected('198.51.100.1', 0), 0);
  log.event('00000002', connected('198.51.100.2', 0), 0);
  log.event('00000001', failed('joe', 'wrong password'), 5);
  log.event('00000002', { kind: 'close', by: 'client', reason: 'quit', detail: 'QUIT' }, 6);
  await log.close();
  const lines = file('default.txt').trimEnd().split('\n');
  expect(lines.map((line) => line.slice(26))).toEqual([
    '08 mail SMTP-IN:00000001: [127.0.0.1:2525] connection accepted from [198.51.100.1:40000]',
    '08 mail SMTP-IN:00000002: [127.0.0.1:2525] connection accepted from [198.51.100.2:40000]',
    "02 mail SMTP-IN:00000001: Authentication error for user 'joe': Invalid password",
    '08 mail SMTP-IN:00000002: closing session from [198.51.100.2:40000]',
  ]);
  expect(log.tail(0)).toEqual({ revision: 4, lines });
  expect(log.tail(3)).toEqual({ revision: 4, lines: lines.slice(3) });
  expect(problems).toEqual([]);
});

test('a file that has reached its size is rotated, and only so many are kept', async () => {
  const { log, folder: logs } = opened({ fileSize: 1, fileCount: 2 });
  for (let session = 0; session < 100; session += 1) {
    log.event(String(session), connected('198.51.100.1', Date.UTC(2026, 0, 31)), 0);
    await log.flush();
  }
  await log.close();
  const names = readdirSync(logs).filter((name) => !name.startsWith('.'));
  expect(names.length).toBeGreaterThan(1);
  expect(names.length).toBeLessThanOrEqual(3);
  expect(names.every((name) => /^default(-\d{8}-\d+)?\.txt$/.test(name))).toBe(true);
});

test('changed settings apply to the lines that follow, in the file they name', async () => {
  const { log, file, folder: logs } = opened({ logLevel: 2 });
  log.event('00000001', connected('198.51.100.1', 0), 0);
  log.configure(logging({ logLevel: 15 }));
  log.event('00000002', connected('198.51.100.2', 0), 0);
  log.configure(logging({ logLevel: 15, events: ['logins'], fileName: 'other.txt' }));
  log.event('00000003', connected('198.51.100.3', 0), 0);
  log.event('00000001', failed('joe', 'wrong password'), 1);
  await log.close();
  expect(readdirSync(logs).sort()).toEqual(['default.txt', 'other.txt']);
  expect(file('default.txt').match(/SMTP-IN:\d+/g)).toEqual(['SMTP-IN:00000002']);
  expect(file('other.txt').match(/SMTP-IN:.*/g)).toEqual([
    "SMTP-IN:00000001: Authentication error for user 'joe': Invalid password",
  ]);
});

test('level 0 writes nothing, not even a file', async () => {
  const { log, folder: logs } = opened({ logLevel: 0 });
  log.event('00000001', connected('198.51.100.1', 0), 0);
  await log.close();
  expect(existsSync(logs)).toBe(false);
  expect(log.tail(0)).toEqual({ revision: 0, lines: [] });
});

test('a file that cannot be written is a problem, not a failure, and the tail goes on', async () => {
  const { log, problems, folder: logs } = opened();
  writeFileSync(logs, 'in the way');
  log.event('00000001', connected('198.51.100.1', 0), 0);
  await log.flush();
  expect(problems[0]).toContain('the log file default.txt in');
  rmSync(logs);
  log.event('00000002', connected('198.51.100.1', 0), 0);
  await log.close();
  expect(problems.at(-1)).toBe('');
  expect(log.tail(0).lines.length).toBe(2);
});

test('the tail keeps the newest lines only', async () => {
  const { log } = opened({ fileSize: 0 });
  for (let session = 1; session <= 5000; session += 1) log.event(String(session), connected('198.51.100.1', 0), 0);
  const { revision, lines } = log.tail(0);
  expect([revision, lines.length, lines.at(-1)?.includes('SMTP-IN:5000:')]).toEqual([5000, 2000, true]);
  await log.close();
});

test.each(['day', 'week', 'month'] as const)(
  'a file of an earlier %s is rotated when the log is opened',
  async (rotatePeriod) => {
    const { log, file, folder: logs, problems } = opened({ rotatePeriod });
    const now = Date.now();
    const old = new Date(now - 40 * 24 * 3600 * 1000);
    mkdirSync(logs);
    writeFileSync(join(logs, 'default.txt'), 'old\n');
    utimesSync(join(logs, 'default.txt'), old, old);
    log.event('00000001', connected('198.51.100.1', now), 0);
    await log.close();
    const rotated = readdirSync(logs).filter((name) => /^default-\d{8}-\d+\.txt$/.test(name));
    expect(rotated.map(file)).toEqual(['old\n']);
    expect(file('default.txt')).toMatch(/^[^\n]+connection accepted from \[198\.51\.100\.1:40000\]\n$/);
    expect(problems).toEqual([]);
  },
);
