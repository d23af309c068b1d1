// The table of reasons: codes fit their enhanced codes, texts fit the wire, and every reason is used.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Reason, type ReasonKey, reasons } from '../../core/policy/reasons.table.ts';

const root = join(import.meta.dirname, '../..');
const rows = Object.entries(reasons);

function sourcesOf(folder: string): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('reasons.table.ts'))
    .map((path) => readFileSync(join(root, folder, path), 'utf8'))
    .join('\n');
}

const linesOf = ({ text }: Reason) => [text.gatehouse, text.axigen ?? []].flat();

describe('the table of reasons', () => {
  it('has no reason nobody gives', () => {
    const sources = sourcesOf('core/policy') + sourcesOf('core/smtp');
    expect(Object.keys(reasons).filter((key) => !sources.includes(`'${key}'`))).toEqual([]);
  });

  it('has every reason a check names', () => {
    const named = [...sourcesOf('core/policy').matchAll(/reason: '([a-z-]+)'/g)].map(([, key = '']) => key);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((key) => reasons[key as ReasonKey] === undefined)).toEqual([]);
  });

  it.each(rows)('%s: the class of the enhanced code is that of the code, and 3xx has none', (_, { code, enhanced }) => {
    if (code < 400 && code >= 300) expect(enhanced).toBeUndefined();
    if (enhanced !== undefined) expect(enhanced).toMatch(new RegExp(`^${String(code)[0]}\\.\\d{1,3}\\.\\d{1,3}$`));
  });

  it.each(rows)('%s: plain ASCII, 421 names the host first (RFC 5321 section 4.2.3), and a source', (_, reason) => {
    for (const line of linesOf(reason)) expect(line).toMatch(/^[\x20-\x7e]+$/);
    if (reason.code === 421) for (const line of linesOf(reason)) expect(line).toMatch(/^\{host\} /);
    expect(reason.rfc).toMatch(/^RFC \d+ (section|appendix) /);
  });
});
