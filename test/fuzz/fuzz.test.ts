// The program for long runs: it says what it tried, and a broken parser makes it end with 1 and the shrunk case.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const fuzz = (...args: string[]) => {
  const program = ['core/host/launch.mjs', 'test/fuzz/fuzz.ts', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, program, { cwd: root, encoding: 'utf8' });
  return { status, said: stdout + stderr };
};
const patience = { timeout: 120_000 };

describe('npm run fuzz -- wire', () => {
  it('finds nothing in ours', patience, () => {
    const { status, said } = fuzz('wire', '--minutes', '0', '--seed', '7');
    expect(said).toMatch(/seeds 7 to 7, 5000 cases, \d+ a second \nfuzz: no difference\n$/);
    expect(status).toBe(0);
  });

  it('finds a broken parser out', patience, () => {
    const { status, said } = fuzz('wire', '--minutes', '0', '--mutant', '0');
    expect(said).toMatch(/a difference, with --seed 1\. Shrunk:\n\{"input":"BDAT /);
    expect(status).toBe(1);
  });

  it('says what it does not understand', patience, () => {
    expect(fuzz('wire', '--minutes', 'long')).toMatchObject({ status: 2 });
    expect(fuzz('mime').said).toMatch(/^fuzz: mime cannot be tried, only: wire, sasl, zone, sender\nusage: /);
  });
});

describe('npm run fuzz -- sasl', () => {
  it('finds nothing in ours', patience, () => {
    const { status, said } = fuzz('sasl', '--minutes', '0', '--seed', '7');
    expect(said).toMatch(
      /seeds 7 to 7, \d+ logins, \d+ a second, \d+ exchanges left, \d+ KiB \nfuzz: nothing found\n$/,
    );
    expect(status).toBe(0);
  });

  it('finds a broken mechanism out', patience, () => {
    const { status, said } = fuzz('sasl', '--minutes', '0', '--mutant', '0');
    expect(said).toMatch(/found, with --seed 1: \{.*"wrong":"thrown: RangeError: not ASCII/);
    expect(status).toBe(1);
  });
});

describe('npm run fuzz -- zone', () => {
  it('finds nothing in ours', patience, () => {
    const { status, said } = fuzz('zone', '--minutes', '0', '--seed', '7');
    expect([status, said]).toEqual([0, 'fuzz: seeds 7 to 7, 5000 texts\nfuzz: nothing found\n']);
  });
});

describe('npm run fuzz -- sender', () => {
  it('finds nothing in ours', patience, () => {
    const { status, said } = fuzz('sender', '--minutes', '0', '--seed', '7');
    expect([status, said]).toEqual([0, 'fuzz: seeds 7 to 7, 5000 texts\nfuzz: nothing found\n']);
  });
});
