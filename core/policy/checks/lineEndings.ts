// Check `line-endings`: does the message hold a bare LF or a bare CR?
import type { Finding } from '../../contract/verdict.ts';
import type { Check } from '../check.ts';
import { counted } from '../wording.ts';

const done = { reject: '', normalise: 'stored as CR LF', allow: 'taken as they are' } as const;

/** RFC 5321 section 2.3.8 forbids both; the code is ours: 554 5.6.0, since the content is at fault. */
export const lineEndings: Check = {
  name: 'line-endings',
  title: 'line endings',
  group: 'strictness',
  run: ({ settings, facts: { transaction } }) => {
    const data = transaction?.data;
    if (data === undefined || (data.bareLf === 0 && data.bareCr === 0)) return undefined;
    const { bareLf, bareCr } = settings.strictness;
    const findings: Finding[] = [];
    if (data.bareLf > 0) findings.push(finding('bareLf', counted(data.bareLf, 'bare LF'), bareLf));
    if (data.bareCr > 0) findings.push(finding('bareCr', counted(data.bareCr, 'bare CR'), bareCr));
    return findings;
  },
};

function finding(key: 'bareLf' | 'bareCr', what: string, value: keyof typeof done): Finding {
  const found = { check: 'line-endings', setting: `strictness.${key}`, value };
  if (value === 'reject')
    return { ...found, action: 'refuse', reason: key === 'bareLf' ? 'bare-lf' : 'bare-cr', text: what };
  return { ...found, action: 'record', text: `${what}, ${done[value]}` };
}
