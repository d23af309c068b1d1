// One evaluation of SPF: whom it is about, the questions it asks, and the limits they are counted against (RFC 7208 section 4.6.4).
import type { DnsQuestion } from '../../contract/facts.ts';
import type { SpfTerm } from '../../contract/senderAnswers.ts';
import type { Ip } from '../../contract/settings/network.ts';
import type { Timer, World } from '../../world/world.ts';
import type { MacroString, MacroValues } from './macros.ts';
import { shown } from './names.ts';
import type { Reading } from './record.ts';

/** Terms that ask DNS, PTR questions of %{p} among them. */
export const mostLookups = 10;
/** Terms whose questions came to nothing. */
export const mostVoids = 2;
/** Hosts of one mx, names of one ptr or %{p}. */
export const mostNames = 10;

/** Ends an evaluation, of the record it happens in and of all around it. */
export class Stop extends Error {
  readonly result: 'temperror' | 'permerror';
  /** Not one question failed, but time is over. */
  readonly isFinal: boolean;
  constructor(result: Stop['result'], message: string, isFinal = false) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.result = result;
    this.isFinal = isFinal;
  }
}

/** A term while it is evaluated. */
export type Draft = { -readonly [Key in keyof SpfTerm]: SpfTerm[Key] } & { questions?: number[] };

/** What is asked for, and of whom; see SpfQuestion. */
export interface About {
  readonly ip: Ip;
  /** For people, e.g. `192.0.2.1`. */
  readonly address: string;
  readonly local: string;
  readonly domain: string;
  readonly helo: string;
  readonly hostname: string;
  readonly reading: Reading;
  /** Seconds for all of it. */
  readonly timeLimit: number;
  readonly world: Pick<World, 'now' | 'elapsed' | 'after'>;
  readonly asked: AskedOf;
}

/** A resolver as core/dns has it: rows as `dns.promises.resolve`, or an Error with a code. */
export interface AskedOf {
  readonly resolve: (name: string, type: string) => Promise<unknown>;
  readonly questions: readonly DnsQuestion[];
}

export interface Host {
  readonly priority: number;
  readonly exchange: string;
}

interface RowsByType {
  readonly A: readonly string[];
  readonly AAAA: readonly string[];
  readonly PTR: readonly string[];
  readonly TXT: readonly (readonly string[])[];
  readonly MX: readonly Host[];
}

/** Rows, empty where there are none; an error of DNS as it is to be told. */
interface Answered {
  readonly rows: readonly unknown[];
  readonly failed?: string;
  /** The name itself is none to a resolver. */
  readonly bad?: boolean;
  readonly questions: readonly number[];
}

export class Evaluation {
  readonly about: About;
  lookups = 0;
  voids = 0;
  /** The time of day was looked at (%{t}). */
  isTimed = false;
  readonly #began: number;
  readonly #answers = new Map<string, Answered>();
  readonly #voidTerms = new Set<Draft>();
  #timer: Timer | undefined;
  #isLate = false;
  #late: (() => void) | undefined;

  constructor(about: About) {
    this.about = about;
    this.#began = about.world.elapsed();
  }

  /** ms since it began. */
  get ms(): number {
    return Math.round((this.about.world.elapsed() - this.#began) * 10) / 10;
  }

  end(): void {
    this.#timer?.cancel();
  }

  /** One more term that asks DNS. */
  count(draft: Draft | undefined): void {
    this.lookups += 1;
    if (draft) draft.lookup ??= this.lookups;
    if (this.lookups > mostLookups) throw new Stop('permerror', `the ${this.lookups}th term that asks DNS`);
  }

  /** The term has come to nothing; only once each, for terms are what the limit counts. */
  void(draft: Draft): void {
    if (this.#voidTerms.has(draft)) return;
    this.#voidTerms.add(draft);
    this.voids += 1;
    draft.voids = this.voids;
    if (this.voids > mostVoids) throw new Stop('permerror', `the ${this.voids}rd void lookup`);
  }

  /** Rows of a name; none for NXDOMAIN and NODATA. Any other failure is a temperror (section 5). The same is asked once. */
  async ask<T extends keyof RowsByType>(name: string, type: T, draft?: Draft): Promise<RowsByType[T]> {
    const { rows, failed, bad, questions } = await this.#answer(name, type);
    if (draft) draft.questions = draft.questions ? [...draft.questions, ...questions] : [...questions];
    if (failed !== undefined) throw new Stop('temperror', `${shown(name, 253)} ${type}: ${failed}`);
    if (bad === true) return [];
    return rows as RowsByType[T];
  }

  /**
   * Addresses of the client's family (section 5). The lenient reading asks for the other family before it calls a name void, as
   * mailauth does.
   */
  async addresses(name: string, draft: Draft): Promise<readonly string[]> {
    const isFour = this.about.ip.family === 4;
    const rows = await this.ask(name, isFour ? 'A' : 'AAAA', draft);
    if (rows.length > 0) return rows;
    if (this.about.reading === 'lenient') {
      const other = await this.#answer(name, isFour ? 'AAAA' : 'A');
      draft.questions?.push(...other.questions);
      if (other.rows.length > 0 || other.failed !== undefined) return rows;
    }
    this.void(draft);
    return rows;
  }

  async #answer(name: string, type: string): Promise<Answered> {
    const key = `${type} ${name.toLowerCase()}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const { asked } = this.about;
    const before = asked.questions.length;
    let rows: readonly unknown[] = [];
    let code: string | undefined;
    try {
      rows = (await this.#inTime(() => asked.resolve(name, type))) as readonly unknown[];
    } catch (error) {
      if (error instanceof Stop) throw error;
      code = codeOf(error);
    }
    const questions = asked.questions.slice(before).map((_, index) => before + index);
    const isVoid = code === 'ENOTFOUND' || code === 'ENODATA';
    const answer: Answered =
      code === undefined || isVoid
        ? { rows, questions }
        : code === 'EBADNAME'
          ? { rows, questions, bad: true }
          : { rows, questions, failed: code.replace(/^E/, '') };
    this.#answers.set(key, answer);
    return answer;
  }

  /** Waits for an answer while there is time (section 4.6.4). */
  #inTime<T>(resolve: () => Promise<T>): Promise<T> {
    const { world, timeLimit } = this.about;
    this.#timer ??= world.after(timeLimit * 1000, () => {
      this.#isLate = true;
      this.#late?.();
    });
    const late = () => new Stop('temperror', `not done within ${timeLimit} s`, true);
    if (this.#isLate || world.elapsed() - this.#began >= timeLimit * 1000) throw late();
    return new Promise<T>((done, failed) => {
      this.#late = () => failed(late());
      resolve().then(done, failed);
    });
  }
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E[A-Z]{2,20}$/.test(code) ? code : 'EFAILED';
}

/** Values of macros while `domain` is evaluated (section 7.2); `validated` is only wanted where %{p} stands. */
export function valuesOf(e: Evaluation, domain: string, validated = 'unknown'): MacroValues {
  const { ip, address, local, domain: own, helo, hostname, world } = e.about;
  return {
    s: `${local}@${own}`,
    l: local,
    o: own,
    d: domain,
    i: ip.family === 4 ? address : [...ip.value.toString(16).padStart(32, '0')].join('.'),
    p: validated,
    h: helo,
    v: ip.family === 4 ? 'in-addr' : 'ip6',
    c: address,
    r: hostname,
    get t() {
      e.isTimed = true;
      return String(Math.floor(world.now() / 1000));
    },
  };
}

/** RFC 8616 section 4: what has %{s} or %{l} matches nothing where the local part is not ASCII. The lenient reading expands it. */
export function isUnsayable({ about }: Evaluation, spec: MacroString | undefined): boolean {
  if (about.reading === 'lenient' || spec === undefined) return false;
  return (spec.letters.has('s') || spec.letters.has('l')) && /[^\0-\x7f]/.test(about.local);
}
