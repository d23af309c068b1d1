// Checks of what a message holds; facts in, findings out.
import { describe, expect, it } from 'vitest';
import type { DataFacts } from '../../core/contract/facts.ts';
import type { Check } from '../../core/policy/check.ts';
import { eightBit } from '../../core/policy/checks/eightBit.ts';
import { headerSize } from '../../core/policy/checks/headerSize.ts';
import { lineEndings } from '../../core/policy/checks/lineEndings.ts';
import { longLines } from '../../core/policy/checks/longLines.ts';
import { nul } from '../../core/policy/checks/nul.ts';
import { receivedLoop } from '../../core/policy/checks/receivedLoop.ts';
import { findingsOf, type Known } from './facts.ts';

const decidersOf = async (check: Check, known: Known) =>
  (await findingsOf(check, known)).map(({ action, reason, text, setting, value }) => ({
    action,
    reason,
    text,
    setting,
    value,
  }));

describe('received-loop', () => {
  it('refuses one more than the limit and cites the RFC while the limit is below 100', async () => {
    expect(await findingsOf(receivedLoop, { transaction: { receivedHeaders: 31 } })).toEqual([
      {
        check: 'received-loop',
        action: 'refuse',
        reason: 'received-loop',
        text: '31 Received headers, 30 allowed',
        setting: 'loops.maxReceivedHeaders',
        value: 30,
        counter: { name: 'Received headers', value: 31, limit: 30 },
        evidence: { advice: 'RFC 5321 section 6.3 asks for a limit of at least 100' },
      },
    ]);
    const known = { settings: { loops: { maxReceivedHeaders: 100 } }, transaction: { receivedHeaders: 100 } };
    const [found] = await findingsOf(receivedLoop, known);
    expect([found?.action, found?.text, found?.evidence]).toEqual([
      'record',
      '100 Received headers, 100 allowed',
      undefined,
    ]);
  });
});

const clean: DataFacts = {
  ...{ bytes: 9, lines: 1, bareLf: 0, bareCr: 0, nul: 0, eightBit: 0 },
  ...{ longestLine: 9, overLimit: false },
};

describe('line-endings and nul', () => {
  const dirty = { transaction: { data: { ...clean, bareLf: 2, bareCr: 1, nul: 3 } } };
  const strict = (value: 'reject' | 'normalise' | 'allow') => ({
    settings: { strictness: { bareLf: value, bareCr: value } },
    ...dirty,
  });

  it.each([
    [
      'reject',
      [
        ['refuse', 'bare-lf', '2 bare LFs'],
        ['refuse', 'bare-cr', '1 bare CR'],
      ],
    ],
    [
      'normalise',
      [
        ['record', undefined, '2 bare LFs, stored as CR LF'],
        ['record', undefined, '1 bare CR, stored as CR LF'],
      ],
    ],
    [
      'allow',
      [
        ['record', undefined, '2 bare LFs, taken as they are'],
        ['record', undefined, '1 bare CR, taken as they are'],
      ],
    ],
  ] as const)('%s', async (value, expected) => {
    expect(
      (await decidersOf(lineEndings, strict(value))).map(({ action, reason, text }) => [action, reason, text]),
    ).toEqual(expected);
  });

  it('rejects NUL by default, and takes it where allowed', async () => {
    expect(await decidersOf(nul, dirty)).toEqual([
      { action: 'refuse', reason: 'nul', text: '3 NUL bytes', setting: 'strictness.nul', value: 'reject' },
    ]);
    const known = { settings: { strictness: { nul: 'allow' as const } }, ...dirty };
    expect(await decidersOf(nul, known)).toEqual([
      {
        action: 'record',
        reason: undefined,
        text: '3 NUL bytes, stored as they are',
        setting: 'strictness.nul',
        value: 'allow',
      },
    ]);
  });

  it('says nothing of a clean message', async () => {
    const known = { transaction: { data: clean } };
    expect([await findingsOf(lineEndings, known), await findingsOf(nul, known)]).toEqual([[], []]);
  });
});

describe('long-lines, eight-bit and header-size', () => {
  const words = ['reject', 'normalise', 'allow'] as const;
  const gist = async (check: Check, known: Known) =>
    (await findingsOf(check, known)).map(({ action, reason, text }) => `${action} ${reason ?? '-'}: ${text}`)[0];

  it('say what was done with what was found', async () => {
    const data = { ...clean, longLines: 2, longestLine: 2000, eightBit: 1 };
    const header = { octets: 900, fields: 11 };
    const told = words.map(async (word) => {
      const strictness = { longTextLine: word, eightBit: word, header: word, maxHeaderFields: 10 };
      const known = { settings: { strictness }, transaction: { data, header } };
      return Promise.all([gist(longLines, known), gist(eightBit, known), gist(headerSize, known)]);
    });
    expect(await Promise.all(told)).toEqual([
      [
        'refuse long-text-line: 2 lines of more than 1,000 octets',
        'refuse eight-bit: 1 8-bit octet not declared by MAIL',
        'refuse header-size: 11 header fields of 900 octets',
      ],
      [
        'record -: 2 lines of more than 1,000 octets, broken',
        'record -: 1 8-bit octet not declared by MAIL, highest bit cleared',
        'record -: 11 header fields of 900 octets; what is beyond was cut off',
      ],
      [
        'record -: 2 lines of more than 1,000 octets, stored as they are',
        'record -: 1 8-bit octet not declared by MAIL, stored as they are',
        'record -: 11 header fields of 900 octets; stored as it is',
      ],
    ]);
  });

  it('know the exact cap of a header', async () => {
    const known = (octets: number) => ({
      settings: { strictness: { maxHeaderSize: 1 } },
      transaction: { header: { octets, fields: 10 } },
    });
    expect(await gist(headerSize, known(1024))).toBeUndefined();
    expect(await gist(headerSize, known(1025))).toBe('refuse header-size: 10 header fields of 1,025 octets');
  });

  it.each([{ body: '8BITMIME' }, { body: 'BINARYMIME' }, { smtpUtf8: true }] as const)(
    'take 8-bit text that was declared: %j',
    async (declared) => {
      const settings = { strictness: { eightBit: 'reject' as const } };
      expect(
        await gist(eightBit, { settings, transaction: { data: { ...clean, eightBit: 1 }, ...declared } }),
      ).toBeUndefined();
    },
  );

  it('and their like say nothing of BINARYMIME', async () => {
    const data = { ...clean, longLines: 1, eightBit: 1, nul: 1, bareLf: 1, bareCr: 1 };
    const strictness = {
      longTextLine: 'reject',
      eightBit: 'reject',
      nul: 'reject',
      bareLf: 'reject',
      bareCr: 'reject',
    } as const;
    const known = { settings: { strictness }, transaction: { data, body: 'BINARYMIME' as const } };
    for (const check of [longLines, eightBit, nul, lineEndings]) expect(await findingsOf(check, known)).toEqual([]);
  });
});
