// Check `command-line`: is the line one a command may be: ended by CRLF, without bare CR and NUL, not too long?
import type { LineFacts } from '../../contract/facts.ts';
import type { Finding } from '../../contract/verdict.ts';
import type { Check, PolicyContext } from '../check.ts';
import { constant } from '../constant.ts';
import type { ReasonKey } from '../reasons.table.ts';
import { spared } from '../spared.ts';
import { counted, grouped } from '../wording.ts';

const check = 'command-line';

interface Oddity {
  readonly rule: 'longCommandLine' | 'commandBareLf' | 'commandBareCr' | 'nul';
  readonly text: string;
  readonly reason: ReasonKey;
  /** What `normalise` does with it. */
  readonly taken: string;
}

const bareLf: Oddity = {
  rule: 'commandBareLf',
  text: 'the line ends in a bare LF',
  reason: 'bad-line-end',
  taken: 'taken for a line end',
};
const bareCr: Oddity = {
  rule: 'commandBareCr',
  text: 'the line holds a bare CR',
  reason: 'bad-line-end',
  taken: 'taken for a blank',
};
const nul: Oddity = {
  rule: 'nul',
  text: 'the line holds a NUL',
  reason: 'command-nul',
  taken: 'taken out',
};

/** RFC 5321 sections 2.3.8, 4.1.2 and 4.5.3.1.4: each is 500, and none is ever two commands. */
export const commandLine: Check = {
  name: check,
  title: 'command lines',
  group: 'strictness',
  run: (context) => {
    const { line } = context.facts;
    if (line === undefined) return undefined;
    const findings = odditiesOf(line, context).flatMap((oddity) => judged(oddity, context) ?? []);
    return findings.length === 0 ? undefined : findings;
  },
};

function odditiesOf(line: LineFacts, { settings }: PolicyContext): readonly Oddity[] {
  const all: Oddity[] = [];
  const { longer } = line;
  if (longer !== undefined) {
    const text = `the line is longer than ${counted(settings.strictness.maxCommandLine, 'octet')}`;
    all.push({
      rule: 'longCommandLine',
      text,
      reason: 'line-too-long',
      taken: `cut off there, of ${grouped(longer)}`,
    });
  }
  if (line.bareLf === true) all.push(bareLf);
  if (line.bareCr === true) all.push(bareCr);
  if (line.nul === true) all.push(nul);
  return all;
}

/** A line beyond what even `allow` takes was given up, and is refused whatever the settings say. */
const mostTaken = 1_048_576;

function judged({ rule, text, reason, taken }: Oddity, context: PolicyContext): Finding | undefined {
  const { settings, facts } = context;
  const value = settings.strictness[rule];
  const setting = `strictness.${rule}`;
  const isGivenUp = rule === 'longCommandLine' && value === 'allow' && (facts.line?.longer ?? 0) > mostTaken;
  if (value === 'reject' || isGivenUp)
    return constant(settings, `${setting} reject`, () => ({
      check,
      action: 'refuse',
      reason,
      text,
      setting,
      value,
    }));
  const spare = spared(context, rule, { check, text });
  if (spare || value === 'allow') return spare;
  return { check, action: 'record', text: `${text}, ${taken}`, setting, value };
}
