// The shipped filter against Debian's own fail2ban-regex: every failed login is found, with its address.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fail2banFilter } from '../../core/log/fail2ban.ts';
import { describeWith } from '../tooling/programs.ts';
import { attackLog } from './failedLogins.ts';

describeWith('fail2ban-regex', 'the fail2ban filter', (program) => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-fail2ban-'));
    writeFileSync(join(folder, 'axigen-smtp.conf'), fail2banFilter);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const addressesIn = (log: string): string[] => {
    const file = join(folder, 'default.txt');
    writeFileSync(file, log);
    const run = [...['-o', 'ip', '-e', 'UTF-8'], file, join(folder, 'axigen-smtp.conf')];
    const found = execFileSync(program, run, { encoding: 'utf8', maxBuffer: 1 << 26 });
    return found
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  };

  test.each([
    { what: 'one session after the other', sessions: 60, open: 1 },
    { what: 'a few at a time', sessions: 200, open: 8 },
    { what: 'nearly as many at a time as fail2ban remembers', sessions: 400, open: 99 },
  ])('finds every failed login with its address: $what', ({ sessions, open }) => {
    const { text, truth } = attackLog({ sessions, open, seed: sessions });
    expect(truth.length).toBeGreaterThan(sessions);
    expect(addressesIn(text)).toEqual(truth);
  });

  test('finds a failed login when the session closes, where the log begins in the middle of it', () => {
    const lines = [
      "2026-01-31 12:00:00 +0100 02 mail SMTP-IN:00004CFF: Authentication error for user 'joe': Invalid password",
      '2026-01-31 12:00:01 +0100 08 mail SMTP-IN:00004CFF: closing session from [198.51.100.7:51979]',
      '',
    ];
    expect(addressesIn(lines.join('\n'))).toEqual(['198.51.100.7']);
  });

  test('finds nothing in a session without a failed login', () => {
    const lines = [
      '2026-01-31 12:00:00 +0100 08 mail SMTP-IN:00004CFF: [192.0.2.1:25] connection accepted from [198.51.100.7:51979]',
      "2026-01-31 12:00:00 +0100 16 mail SMTP-IN:00004CFF: << Authentication error for user 'joe': Invalid password",
      "2026-01-31 12:00:00 +0100 08 mail SMTP-IN:00004CFF: User 'joe' authenticated with PLAIN",
      '2026-01-31 12:00:01 +0100 08 mail SMTP-IN:00004CFF: closing session from [198.51.100.7:51979]',
      '',
    ];
    expect(addressesIn(lines.join('\n'))).toEqual([]);
  });
});
