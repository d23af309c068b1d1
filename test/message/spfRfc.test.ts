// SPF as RFC 7208 has it, section by section, asked of zones written as text; mailauth is asked the same.
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { ask, askMailauth, type SpfCase } from './spfAsking.ts';
import { addresses } from './spfAddresses.table.ts';
import { errors, includes } from './spfErrors.table.ts';
import { examples, macros } from './spfMacros.table.ts';
import { modifiers } from './spfModifiers.table.ts';
import { reading } from './spfReading.table.ts';
import { finding, identities } from './spfRecords.table.ts';

const tables: Readonly<Record<string, readonly SpfCase[]>> = {
  ...{ identities, finding, reading, errors, includes, addresses, modifiers, examples, macros },
};

it('has at least 150 cases', () => {
  expect(Object.values(tables).flat().length).toBeGreaterThanOrEqual(150);
});

it('is mailauth 7.1.0 that is asked beside ours', () => {
  const found = createRequire(import.meta.url)('mailauth/package.json') as { readonly version: string };
  expect(found.version).toBe('7.1.0');
});

describe.each(Object.entries(tables))('%s', (_, cases) => {
  it.each(cases.map((one) => [`${one.section}: ${one.is}: ${one.result}`, one] as const))('%s', async (_name, one) => {
    const answer = await ask(one);
    const { result, lookups, voids, explanation, detail, matched } = answer;
    const wanted = {
      result: one.result,
      ...(one.lookups !== undefined && { lookups: one.lookups }),
      ...(one.voids !== undefined && { voids: one.voids }),
      ...(one.explanation !== undefined && { explanation: one.explanation ?? undefined }),
      ...(one.detail !== undefined && { detail: one.detail }),
      ...(one.matched !== undefined && { matched: one.matched }),
    };
    expect({ result, lookups, voids, explanation, detail, matched }, JSON.stringify(answer.tree)).toMatchObject(wanted);
    expect(await askMailauth(one)).toBe(one.mailauth?.[0] ?? one.result);
  });
});
