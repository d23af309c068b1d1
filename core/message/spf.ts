// Asks mailauth about SPF (RFC 7208) and keeps what it found as evidence; every DNS question goes to the resolver given.
import type { DNSResolver } from 'mailauth';
import type { DnsQuestion, Mailbox } from '../contract/facts.ts';
import type { SpfAnswer } from '../contract/senderAnswers.ts';

export interface SpfQuestion {
  readonly identity: 'helo' | 'mailfrom';
  /** The client's address. */
  readonly ip: string;
  /** The name given in EHLO or HELO. */
  readonly helo: string;
  /** The sender of MAIL; absent at EHLO. */
  readonly sender?: Mailbox;
  /** The name this server gives itself, for %{r}. */
  readonly hostname: string;
  /** Made for this one question: its questions become the evidence. */
  readonly asked: {
    readonly resolve: (name: string, type: string) => Promise<unknown>;
    readonly questions: readonly DnsQuestion[];
  };
  /** The world's monotonic clock, ms. */
  elapsed(): number;
  /** What all answers come from, such as the zone: while it is the same object, the same question is answered from memory. */
  readonly source?: object;
}

/** It draws in an HTTP client and more, a tenth of a second of work at every start: only those pay who ask. */
const draw = () => import('mailauth/lib/spf/index.js');
let drawn: ReturnType<typeof draw> | undefined;
const library = () => (drawn ??= draw());

/** Draws the library in now: in virtual time it must be there before it is asked for, files are read in real time. */
export async function loadSpf(): Promise<void> {
  await library();
}

/** Answers by source and question; so many for one source, then anew. */
const remembered = new WeakMap<object, Map<string, SpfAnswer>>();
const mostRemembered = 1000;

/** Longest explanation kept, characters: it goes into a reply line. */
const longestExplanation = 200;

/** Asks about one identity; an answer from memory says so, and took no time. */
export async function checkSpf(question: SpfQuestion): Promise<SpfAnswer> {
  const { source } = question;
  if (source === undefined) return evaluate(question);
  let answers = remembered.get(source);
  if (answers === undefined) remembered.set(source, (answers = new Map<string, SpfAnswer>()));
  const key = [question.identity, question.ip, question.helo, senderOf(question), question.hostname].join('\n');
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = await evaluate(question);
  // What met TIMEOUT takes its time again; an explanation may hold the time of day (%{t}, RFC 7208 section 7.3).
  if (answer.explanation !== undefined || answer.questions.some((one) => one.answer === 'TIMEOUT')) return answer;
  if (answers.size >= mostRemembered) answers.clear();
  const questions = answer.questions.map((one) => ({ ...one, ms: 0 }));
  answers.set(key, Object.freeze({ ...answer, questions, ms: 0, remembered: true }));
  return answer;
}

/**
 * check_host() for one identity. `strict` is on: mailauth's default accepts what RFC 7208 makes a permerror (errors behind
 * the matching term, void lookups hidden by the other address family) and asks for A and AAAA where the RFC asks for one;
 * here the evidence must be what the RFC says.
 */
async function evaluate(question: SpfQuestion): Promise<SpfAnswer> {
  const { identity, ip, helo, asked } = question;
  const { spf } = await library();
  const began = question.elapsed();
  const answer = await spf({
    ip,
    helo,
    sender: senderOf(question),
    mta: question.hostname,
    strict: true,
    // RFC 7208 section 4.6.4: at most 10 terms that ask DNS, at most 2 of them answered with nothing.
    maxResolveCount: 10,
    maxVoidCount: 2,
    resolver: asked.resolve as DNSResolver,
  });
  const explanation = oneLine(answer.explanation);
  const detail = oneLine(detailOf(answer.status.comment));
  return {
    result: answer.status.result as SpfAnswer['result'],
    identity,
    domain: answer.domain,
    ...(answer.rr === undefined ? {} : { record: answer.rr }),
    ...(explanation === '' ? {} : { explanation }),
    ...(detail === '' ? {} : { detail }),
    kind: 'spf',
    lookups: answer.lookups?.count ?? 0,
    voids: answer.lookups?.void ?? 0,
    reading: 'strict',
    tree: { domain: answer.domain, result: answer.status.result as SpfAnswer['result'], terms: [] },
    questions: [...asked.questions],
    ms: Math.round((question.elapsed() - began) * 10) / 10,
  };
}

/** RFC 7208 section 2.4: postmaster@ the EHLO name for the null sender, and for the HELO identity itself (section 2.3). */
function senderOf({ identity, sender, helo }: SpfQuestion): string {
  if (identity === 'helo' || sender === undefined || sender.domain === '') return `postmaster@${helo}`;
  return `${sender.local === '' ? 'postmaster' : sender.local}@${sender.domain}`;
}

/** What mailauth says of an error, behind `... in processing during lookup of SENDER: `. */
function detailOf(comment: string | undefined): string {
  return /in processing during lookup of .*?: (.*)$/s.exec(comment ?? '')?.[1] ?? '';
}

/** Text the domain's owner wrote is nothing but text: one line, printable, short, no reply code at its head (RFC 7208 section 6.2). */
function oneLine(text: string | undefined): string {
  return (text ?? '')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longestExplanation);
}
