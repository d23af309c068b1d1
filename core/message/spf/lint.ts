// What is dangerous or useless in a record that works.
import type { Checked } from './checkHost.ts';
import { mostLookups } from './evaluation.ts';
import { shown } from './names.ts';
import type { Mechanism, Term } from './record.ts';

/** More is not said of one answer. */
const mostLint = 20;
/** From so many terms that ask DNS on, there is little room left. */
const manyLookups = 8;

/** One sentence each, of the record and of all it led to. */
export function lintOf(checked: Checked, lookups: number): readonly string[] {
  const said = new Set<string>();
  if (lookups >= manyLookups && lookups <= mostLookups)
    said.add(`${lookups} of ${mostLookups} terms that ask DNS are used up (RFC 7208 section 4.6.4)`);
  lintRecord(checked, '', said);
  return [...said].slice(0, mostLint);
}

function lintRecord({ terms, inner }: Checked, prefix: string, said: Set<string>): void {
  for (const sentence of sentences(terms)) {
    if (said.size >= mostLint) return;
    said.add(`${prefix}${sentence}`);
  }
  for (const each of inner) lintRecord(each, `${each.record.domain}: `, said);
}

function* sentences(terms: readonly Term[]): Generator<string> {
  const seen = new Set<string>();
  let all: Mechanism | undefined;
  let redirect: Term | undefined;
  for (const term of terms) {
    const text = shown(term.text, 60);
    if (all !== undefined && term.kind === 'mechanism')
      yield `${text} is never reached: it stands behind ${all.text} (section 5.1)`;
    if (seen.has(term.text.toLowerCase())) yield `${text} stands there more than once`;
    seen.add(term.text.toLowerCase());
    if (term.kind === 'modifier' && term.name === 'redirect') redirect = term;
    if (term.kind === 'modifier' && term.name === 'unknown')
      yield `${text}: unknown modifier, which is read over (section 6)`;
    if (term.kind === 'mechanism') {
      if (term.name === 'all') all ??= term;
      const danger = dangerOf(term);
      if (danger !== undefined) yield `${text} ${danger}`;
    }
    if (term.kind !== 'mistake' && term.spec?.letters.has('p') === true)
      yield `${text}: %{p} should not be published (section 7.2)`;
  }
  if (all && redirect) yield `${shown(redirect.text, 60)} is never used: the record has ${all.text} (section 5.1)`;
  if (!all && !redirect) yield 'neither all nor redirect ends the record (section 4.7)';
}

function dangerOf({ name, qualifier, prefix4, prefix6 }: Mechanism): string | undefined {
  const isPass = qualifier === '+';
  switch (name) {
    case 'all':
      if (isPass) return 'lets everybody send';
      return qualifier === '?' ? 'says nothing about anybody else' : undefined;
    case 'ptr':
      return 'should not be published: it is slow and leans on who holds the address (section 5.5)';
    case 'ip4':
    case 'a':
    case 'mx':
      if (isPass && prefix4 === 0) return 'lets every IPv4 address send';
      return isPass && prefix6 === 0 ? 'lets every IPv6 address send' : undefined;
    case 'ip6':
      return isPass && prefix6 === 0 ? 'lets every IPv6 address send' : undefined;
    case 'include':
    case 'exists':
      return undefined;
  }
}
