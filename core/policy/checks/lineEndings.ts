// Check `line-endings`: does the message hold a bare LF or a bare CR?
import type { Finding } from '../../contract/verdict.ts';
import type { Check } from '../check.ts';
import { isBinary } from '../declared.ts';
import { strictly } from '../strictly.ts';
import { counted } from '../wording.ts';

const done = { reject: '', normalise: ', stored as CR LF', allow: ', taken as they are' } as const;

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
    const find = (rule: 'bareLf' | 'bareCr', what: string, reason: 'bare-lf' | 'bare-cr') =>
      findings.push(strictly(context, { check: 'line-endings', rule, what, done, reason }));
    if (data.bareLf > 0) find('bareLf', counted(data.bareLf, 'bare LF'), 'bare-lf');
    if (data.bareCr > 0) find('bareCr', counted(data.bareCr, 'bare CR'), 'bare-cr');
    return findings;
  },
};
