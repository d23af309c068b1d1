// What a worker does with a message: DKIM, DMARC, ARC, its header and parts, and its hash, in one pass over its octets.
import { createHash } from 'node:crypto';
import type { Mailbox } from '../contract/facts.ts';
import type { MessageAnswer, SpfAnswer } from '../contract/senderAnswers.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { examineArc, prepareArc } from './arc.ts';
import { authorsOf } from './authors.ts';
import { hashBody } from './bodyHash.ts';
import { examineDkim, prepareDkim } from './dkim.ts';
import type { Asked } from './dkimKey.ts';
import { examineDmarc } from './dmarc.ts';
import { loadSuffixes } from './dmarcList.ts';
import { examineHeader } from './header.ts';
import { type MessageHeader, readHeader } from './headerFields.ts';
import { mailauth } from './mailauth.ts';
import { readParts } from './parts.ts';
import { removedFrom } from './removed.ts';

/** What can be asked of a message. */
export type Wanted = 'dkim' | 'dmarc' | 'arc' | 'header' | 'removed' | 'parts' | 'sha256';

/** Everything about one message that a worker needs; can be cloned between threads, and its chunks transferred. */
export interface MessageTask {
  /** The message as it is kept, in order; nobody else writes to them. */
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  readonly want: readonly Wanted[];
  readonly sender: Settings['sender'];
  readonly dns: Settings['dns'];
  /** acceptance.hostname: the authserv-id of this receiver (RFC 8601 section 2.5). */
  readonly hostname: string;
  readonly peer: string;
  readonly helo: string;
  readonly mailFrom: Mailbox;
  /** For DMARC: what SPF said at MAIL, and of the EHLO name where the sender is null. */
  readonly spf?: SpfAnswer;
  /** Wall clock, ms since 1970: signatures are judged by it. */
  readonly now: number;
  /** 0 to 1, for pct of RFC 7489. */
  readonly chance: number;
}

/** What was found; how the work went is added by whoever had it done. */
export type Found = Omit<MessageAnswer, 'work'>;

/** What whoever examines a message lends for it. */
export interface Lent {
  /** A resolver for one purpose: its questions are that purpose's evidence. */
  readonly asked: () => Asked;
  /** The world's monotonic clock, ms. */
  readonly elapsed: () => number;
}

/** Draws the libraries in now: in virtual time they must be there before they are asked for, files are read in real time. */
export async function loadExamine(): Promise<void> {
  await Promise.all([mailauth(), loadSuffixes()]);
}

/** Examines a message. Nothing of it is copied but its header; asks DNS only for what is wanted. */
export async function examine(task: MessageTask, { asked, elapsed }: Lent): Promise<Found> {
  const { chunks, want, sender } = task;
  const wants = new Set(want);
  const began = elapsed();
  const header = readHeader(chunks);
  const found: { -readonly [Name in keyof Found]: Found[Name] } = {};
  if (wants.has('header'))
    found.header = examineHeader(header, {
      protectedDomains: sender.header.protected,
      ms: Math.round((elapsed() - began) * 10) / 10,
    });
  if (wants.has('removed')) found.removed = removedFrom(header, sender.results, task.hostname);
  if (wants.has('sha256')) found.sha256 = sha256(chunks);
  if (wants.has('parts')) Object.assign(found, readParts(chunks));
  // Whoever passed the message on is found out about by the same library, and over one reading of the body.
  if (wants.has('dkim') || wants.has('dmarc') || wants.has('arc'))
    Object.assign(found, await examineSignatures(task, header, { asked, elapsed }));
  return found;
}

async function examineSignatures(
  { chunks, want, sender, now, spf, mailFrom, chance }: MessageTask,
  header: MessageHeader,
  lent: Lent,
): Promise<Pick<Found, 'dkim' | 'dmarc' | 'arc'>> {
  const parts = await mailauth();
  const signing = { parts, header, settings: sender.dkim, now };
  const asksDkim = want.includes('dkim') || want.includes('dmarc');
  const signatures = asksDkim ? prepareDkim(signing) : [];
  const chain = want.includes('arc') ? prepareArc(signing, sender.arc.trusted) : undefined;
  const all = chain?.signature === undefined ? signatures : [...signatures, chain.signature];
  const digest = hashBody(
    bodyOf(chunks, header.body),
    all.flatMap(({ body }) => (body === undefined ? [] : [body])),
  );
  const verifying = { ...signing, digest };
  const lend = () => ({ asked: lent.asked(), elapsed: lent.elapsed });
  const dkim = asksDkim ? await examineDkim(verifying, signatures, lend()) : undefined;
  const dmarc = want.includes('dmarc')
    ? await examineDmarc(
        {
          authors: authorsOf(header),
          signatures: dkim?.signatures ?? [],
          spf,
          isNullSender: mailFrom.domain === '',
          reading: sender.dmarc.reading,
          chance,
        },
        lend(),
      )
    : undefined;
  return {
    ...(dkim !== undefined && want.includes('dkim') ? { dkim } : {}),
    ...(dmarc === undefined ? {} : { dmarc }),
    ...(want.includes('arc') ? { arc: await examineArc(verifying, chain, lend()) } : {}),
  };
}

function sha256(chunks: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/** The octets behind the header. */
function* bodyOf(chunks: readonly Uint8Array[], start: number): Generator<Uint8Array> {
  let offset = 0;
  for (const chunk of chunks) {
    if (offset + chunk.length > start) yield start > offset ? chunk.subarray(start - offset) : chunk;
    offset += chunk.length;
  }
}
