// check_host() (RFC 7208 section 4): finds a domain's record, evaluates its terms in order, and keeps what came of each.
import type { SpfRecord, SpfTerm } from '../../contract/senderAnswers.ts';
import type { SpfResult } from '../../contract/settings/sender.ts';
import { type Draft, type Evaluation, isUnsayable, Stop } from './evaluation.ts';
import type { MacroString } from './macros.ts';
import { type At, holds, matchesA, matchesExists, matchesMx, matchesPtr, target } from './mechanisms.ts';
import { isDomain, shown } from './names.ts';
import { isRecord, type Mechanism, type Modifier, type Qualifier, readRecord, type Term } from './record.ts';

/** Terms of one record that are kept; of more only those that came to something. */
const mostShown = 200;
const longestShown = 2000;

export interface Checked {
  readonly record: SpfRecord;
  /** The term that decided, of the record that decided. */
  readonly matched?: string;
  /** What explains a fail: exp= of the record that decided (section 6.2). */
  readonly explains?: { readonly spec: MacroString; readonly domain: string };
  /** Terms that were read, for lint. */
  readonly terms: readonly Term[];
  /** Of the records this one led to. */
  readonly inner: readonly Checked[];
}

const results = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const satisfies Record<
  Qualifier,
  SpfResult
>;

/** One record, and all it leads to. */
export async function checkHost(e: Evaluation, domain: string, by?: Draft): Promise<Checked> {
  const about = { domain: shown(domain, 253) };
  const without = (result: SpfResult, error?: string): Checked => ({
    record: { ...about, result, ...(error !== undefined && { error }), terms: [] },
    terms: [],
    inner: [],
  });
  if (!isDomain(domain)) return without('none');
  try {
    const text = await findRecord(e, domain, by);
    return text === undefined ? without('none') : await new Walk(e, domain, text).run();
  } catch (error) {
    if (error instanceof Stop) return without(error.result, error.message);
    throw error;
  }
}

/** Sections 4.4 and 4.5: of all TXT records the one with our version; strings of a record are joined without blanks (3.3). */
async function findRecord(e: Evaluation, domain: string, by: Draft | undefined): Promise<string | undefined> {
  const rows = await e.ask(domain, 'TXT', by);
  if (rows.length === 0 && by) e.void(by);
  const found = rows.map((strings) => strings.join('')).filter((text) => isRecord(text, e.about.reading));
  if (found.length > 1) throw new Stop('permerror', `${shown(domain, 80)} has ${found.length} SPF records`);
  return found[0];
}

/** One record on its way through its terms. */
class Walk {
  readonly #e: Evaluation;
  readonly #domain: string;
  readonly #text: string;
  readonly #terms: readonly Term[];
  readonly #drafts: (Draft | undefined)[] = [];
  readonly #inner: Checked[] = [];
  #matched: string | undefined;
  #explains: Checked['explains'];

  constructor(e: Evaluation, domain: string, text: string) {
    this.#e = e;
    this.#domain = domain;
    this.#text = text;
    this.#terms = readRecord(text);
  }

  async run(): Promise<Checked> {
    try {
      // Strictly, one mistake anywhere spoils the record before a term is looked at (section 4.6).
      if (this.#e.about.reading === 'strict') this.#terms.forEach((term, index) => this.#spoil(term, index));
      return this.#told(await this.#evaluate());
    } catch (error) {
      if (error instanceof Stop) return this.#told(error.result, error.message);
      throw error;
    }
  }

  #spoil(term: Term, index: number): void {
    if (term.kind !== 'mistake') return;
    const draft = this.#draft(index);
    draft.outcome = 'error';
    draft.note = term.why;
    throw new Stop('permerror', `${shown(this.#domain, 80)}: ${term.why}`);
  }

  async #evaluate(): Promise<SpfResult> {
    for (const [index, term] of this.#terms.entries()) {
      this.#spoil(term, index);
      if (term.kind !== 'mechanism') continue;
      const draft = this.#draft(index);
      const match = await this.#settled(draft, () => this.#matches(term, draft));
      draft.outcome = match ? 'match' : 'no match';
      if (!match) continue;
      this.#matched = term.text;
      const result = results[term.qualifier];
      if (result === 'fail') this.#explain();
      return result;
    }
    const at = this.#terms.findIndex((term) => term.kind === 'modifier' && term.name === 'redirect');
    const redirect = this.#terms[at];
    // Section 4.7: without a match neutral.
    return redirect?.kind === 'modifier' ? this.#redirect(redirect, this.#draft(at)) : 'neutral';
  }

  /** A term with an error is told as one. */
  async #settled<T>(draft: Draft, doing: () => T | Promise<T>): Promise<T> {
    try {
      const done = doing();
      return done instanceof Promise ? await done : done;
    } catch (error) {
      draft.outcome = 'error';
      if (error instanceof Stop) draft.note = error.message;
      throw error;
    }
  }

  #matches(term: Mechanism, draft: Draft): boolean | Promise<boolean> {
    const at: At = { domain: this.#domain, draft };
    switch (term.name) {
      case 'all':
        return true;
      case 'ip4':
        return holds(this.#e.about, term, 4, term.network ?? 0n);
      case 'ip6':
        return holds(this.#e.about, term, 6, term.network ?? 0n);
      case 'include':
        return this.#include(term, draft);
      case 'a':
        this.#e.count(draft);
        return matchesA(this.#e, term, at);
      case 'mx':
        this.#e.count(draft);
        return matchesMx(this.#e, term, at);
      case 'exists':
        this.#e.count(draft);
        return matchesExists(this.#e, term, at);
      case 'ptr':
        this.#e.count(draft);
        return matchesPtr(this.#e, term, at);
    }
  }

  /** Section 5.2: pass is a match, an error is ours too, and a record that is missing is an error. */
  async #include({ spec }: Mechanism, draft: Draft): Promise<boolean> {
    const checked = await this.#led(spec, draft, 'include');
    if (checked === undefined) return false;
    draft.note = checked.record.result;
    return checked.record.result === 'pass';
  }

  /** Section 6.1: its result is ours, with its explanation; a record that is missing is an error. */
  #redirect({ spec }: Modifier, draft: Draft): Promise<SpfResult> {
    return this.#settled(draft, async () => {
      const checked = await this.#led(spec, draft, 'redirect');
      if (checked === undefined) throw new Stop('permerror', 'redirect: the local part is not ASCII');
      draft.outcome = 'used';
      draft.note = checked.record.result;
      this.#matched = checked.matched;
      this.#explains = checked.explains;
      return checked.record.result;
    });
  }

  /** The record a term leads to; undefined when its name cannot be said. Errors go on. */
  async #led(spec: MacroString | undefined, draft: Draft, what: 'include' | 'redirect'): Promise<Checked | undefined> {
    this.#e.count(draft);
    const name = await target(this.#e, { spec, domain: this.#domain }, draft);
    if (name === undefined && isUnsayable(this.#e, spec)) return undefined;
    if (name === undefined) throw new Stop('permerror', `${what}: ${draft.note ?? 'no domain name'}`);
    const checked = await checkHost(this.#e, name, draft);
    this.#inner.push(checked);
    draft.record = checked.record;
    const { result, error } = checked.record;
    if (result === 'none') throw new Stop('permerror', `${what}: ${shown(name, 80)} has no SPF record`);
    if (result === 'temperror' || result === 'permerror') throw new Stop(result, error ?? result);
    return checked;
  }

  #explain(): void {
    const at = this.#terms.findIndex((term) => term.kind === 'modifier' && term.name === 'exp');
    const term = this.#terms[at];
    if (term?.kind !== 'modifier') return;
    this.#draft(at).outcome = 'used';
    this.#explains = { spec: term.spec, domain: this.#domain };
  }

  #draft(index: number): Draft {
    return (this.#drafts[index] ??= { text: shown(this.#terms[index]?.text ?? ''), outcome: 'not reached' });
  }

  #told(result: SpfResult, error?: string): Checked {
    return {
      record: {
        domain: shown(this.#domain, 253),
        text: shown(this.#text, longestShown),
        result,
        ...(error !== undefined && { error: shown(error, 300) }),
        terms: this.#toldTerms(error === undefined),
      },
      ...(this.#matched !== undefined && { matched: shown(this.#matched) }),
      ...(this.#explains && { explains: this.#explains }),
      terms: this.#terms,
      inner: this.#inner,
    };
  }

  #toldTerms(isDone: boolean): SpfTerm[] {
    const told: SpfTerm[] = [];
    for (const [index, term] of this.#terms.entries()) {
      const draft = this.#drafts[index];
      if (index >= mostShown && (draft === undefined || draft.outcome === 'no match')) continue;
      if (draft) told.push(draft);
      else if (term.kind === 'modifier' && isDone) told.push(unused(term));
      else told.push({ text: shown(term.text), outcome: 'not reached' });
    }
    return told;
  }
}

function unused(term: Modifier): SpfTerm {
  const text = shown(term.text);
  return { text, outcome: 'unused', ...(term.name === 'unknown' && { note: 'unknown modifier (section 6)' }) };
}
