// Check `line-endings`: does the message hold a bare LF or a bare CR?
import type { Finding } from '../../contract/verdict.ts';
import type { Check, PolicyContext } from '../check.ts';
import { isBinary } from '../declared.ts';
import { spared } from '../spared.ts';
import { counted } from '../wording.ts';

const done = { reject: '', normalise: 'stored as CR LF', allow: 'taken as they are' } as const;

/** RFC 5321 section 2.3.8 forbids both; the code is ours: 554 5.6.0, since the content is at fault. */
export const lineEndings: Check = {
  name: 'line-endings',
  title: 'line endings',
  group: 'strictness',
  run: (context) => {
    const { transaction } = context.facts;
    const data = transaction?.data;
    if (!transaction || !data || (data.bareLf === 0 && data.bareCr === 0) || isBinary(transaction)) return undefined;
    const findings: Finding[] = [];
    if (data.bareLf > 0) findings.push(finding(context, 'bareLf', counted(data.bareLf, 'bare LF')));
    if (data.bareCr > 0) findings.push(finding(context, 'bareCr', counted(data.bareCr, 'bare CR')));
    return findings;
  },
};

function finding(context: PolicyContext, key: 'bareLf' | 'bareCr', what: string): Finding {
  const value = context.settings.strictness[key];
  const found = { check: 'line-endings', setting: `strictness.${key}`, value };
  if (value === 'reject')
    return {
      ...found,
      action: 'refuse',
      reason: key === 'bareLf' ? 'bare-lf' : 'bare-cr',
      text: what,
    };
  const text = `${what}, ${done[value]}`;
  return (
    spared(context, key, { ...found, text }) ?? {
      ...found,
      action: 'record',
      text,
    }
  );
}
