// What the owner of a domain has to say about a fail (RFC 7208 section 6.2): text from outside, and nothing else.
import type { Checked } from './checkHost.ts';
import { type Evaluation, isUnsayable, Stop, valuesOf } from './evaluation.ts';
import { expandDomain, expandText, type MacroString, readMacros } from './macros.ts';
import { validatedName } from './mechanisms.ts';
import { fitted, isDomain } from './names.ts';

/** Longest explanation kept, characters: it goes into a reply line. */
const longestExplanation = 200;

/** Undefined where anything is wrong with it: then it is as if there were none. Counts against no limit but time. */
export async function explanation(e: Evaluation, { spec, domain }: Explains): Promise<string | undefined> {
  try {
    const name = isUnsayable(e, spec) ? '' : fitted(expandDomain(spec, await values(e, spec, domain)));
    if (!isDomain(name)) return undefined;
    const [strings, ...more] = await e.ask(name, 'TXT');
    if (strings === undefined || more.length > 0) return undefined;
    const text = readMacros(strings.join(''), 'explanation');
    if ('mistake' in text || isUnsayable(e, text)) return undefined;
    return oneLine(expandText(text, await values(e, text, domain)));
  } catch (error) {
    if (error instanceof Stop) return undefined;
    throw error;
  }
}

type Explains = NonNullable<Checked['explains']>;

async function values(e: Evaluation, { letters }: MacroString, domain: string) {
  return valuesOf(e, domain, letters.has('p') ? await validatedName(e, domain) : undefined);
}

/** One printable line; undefined when nothing is left. */
function oneLine(text: string): string | undefined {
  const line = text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, longestExplanation)
    .trimEnd();
  return line === '' ? undefined : line;
}
