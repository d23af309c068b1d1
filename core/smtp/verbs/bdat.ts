// BDAT: one counted chunk of a message, answered when all of it has come (RFC 3030 section 2).
import type { Answer, Dialogue, GrowingFacts } from '../dialogue.ts';
import { isPositive } from '../fate.ts';
import { dataFacts, Incoming, recordData } from '../incoming.ts';
import { complete } from '../received.ts';
import { work } from '../turn.ts';
import { DataReader } from '../wireData.ts';

interface Chunk {
  readonly octets: number;
  readonly last: boolean;
}

/** A message in chunks, between the first of them and the last. */
export interface Chunked {
  readonly incoming: Incoming;
  /** Reads all chunks as one message: a line may begin in one and end in the next. */
  readonly reader: DataReader;
}

/**
 * Whatever the answer, the chunk is read first: its octets are never commands. Only when its size cannot be read is there
 * nothing to count, and the session ends.
 */
export function bdat(d: Dialogue, argument: string): Answer | Promise<Answer> {
  const chunk = chunkOf(argument);
  const isOffered = d.settings.acceptance.extensions.chunking;
  const notOffered = () =>
    d.wrong('data', 'not-implemented', {
      because: 'CHUNKING is not offered here (RFC 3030 section 2)',
    });
  if (!chunk) return unreadable(d, isOffered ? malformed(d) : notOffered());
  const wrong = isOffered ? outOfPlace(d, chunk) : notOffered();
  if (wrong) return swallow(d, chunk, wrong);
  const { transaction } = d.facts;
  if (!transaction) throw new Error('a chunk without a transaction');
  if (d.chunked) return take(d, chunk, d.chunked);
  return d.decided('data', (verdict) => {
    if (verdict.closes) return { verdict };
    if (!isPositive(verdict)) return fail(d, chunk, { verdict });
    return take(d, chunk, (d.chunked = begin(d, transaction)));
  });
}

/** RFC 3030 section 2: digits, then perhaps LAST. Undefined when it cannot be counted by; 2^53 octets and more cannot. */
function chunkOf(argument: string): Chunk | undefined {
  const found = /^(\d{1,20})(?:[ \t]+(LAST))?$/i.exec(argument);
  const octets = Number(found?.[1]);
  return found && Number.isSafeInteger(octets) ? { octets, last: found[2] !== undefined } : undefined;
}

const malformed = (d: Dialogue): Answer =>
  d.wrong('data', 'syntax', {
    because: 'BDAT takes a size and perhaps LAST (RFC 3030 section 2)',
    detail: 'BDAT octets [LAST]',
  });

/** Octets that belong to the line of a BDAT; 0 when that cannot be read. */
export const octetsAnnounced = (line: string): number => chunkOf(line.trim().replace(/^BDAT[ \t]*/i, ''))?.octets ?? 0;

/** Says what is wrong with a BDAT whose chunk cannot be counted, and that this is the end: what follows would be taken for commands. */
export function unreadable(d: Dialogue, wrong: Answer): Answer {
  d.say(wrong);
  return d.plain('data', 'chunk-size', 'the size of the chunk is not known, so it cannot be told from commands');
}

/** The refusal of a chunk that cannot come now. */
function outOfPlace(d: Dialogue, { octets, last }: Chunk): Answer | undefined {
  const { transaction } = d.facts;
  if (!d.facts.session.helo)
    return d.wrong('data', 'sequence-ehlo-first', {
      because: 'BDAT before EHLO or HELO (RFC 5321 section 4.1.4)',
    });
  if (d.chunkRefused && !transaction) {
    // RFC 3030 section 2: chunks that were on their way when one was refused are no mistake of the client.
    d.chunkRefused = !last;
    const because = 'the transaction failed with an earlier chunk (RFC 3030 section 2)';
    return octets === 0 && !last
      ? d.wrong('data', 'sequence-chunk-refused', { because })
      : d.plain('data', 'sequence-chunk-refused', because);
  }
  if (!transaction) return d.outOfOrder('data', 'sequence-mail-first', 'BDAT before MAIL (RFC 5321 section 4.1.4)');
  if (transaction.recipients.length > 0) return undefined;
  if (d.recipientRefused) return d.plain('data', 'sequence-no-recipients', 'every recipient was refused');
  return d.wrong('data', 'sequence-no-recipients', {
    because: 'BDAT before RCPT (RFC 5321 section 3.3)',
  });
}

/** The turn is not over with the line: the chunk is read, and then answered. */
function untilRead(d: Dialogue): Answer {
  return {
    ...d.plain('data', 'chunk-ok', 'the chunk is still to come'),
    then: 'chunk',
  };
}

/** Reads the chunk and forgets it. */
function swallow(d: Dialogue, { octets, last }: Chunk, answer: Answer): Answer {
  d.chunk = { last, refused: true };
  d.wire.startChunk({
    octets,
    onChunk: () => true,
    onEnd: (facts, next) => {
      d.record({ kind: 'chunk', ...facts, last, refused: true });
      d.excused = Math.max(0, d.excused - octets);
      work(d, 'data', next, () => answer);
    },
  });
  return untilRead(d);
}

/** RFC 3030 section 2: the transaction has failed; what else is on its way of it is refused too. */
function fail(d: Dialogue, chunk: Chunk, answer: Answer): Answer {
  d.reset();
  d.chunkRefused = !chunk.last;
  return swallow(d, chunk, answer);
}

function begin(d: Dialogue, transaction: NonNullable<GrowingFacts['transaction']>): Chunked {
  const incoming = new Incoming(d, transaction);
  return {
    incoming,
    reader: new DataReader({ ...incoming.options, dots: false }),
  };
}

function take(d: Dialogue, chunk: Chunk, chunked: Chunked): Answer {
  const { octets, last } = chunk;
  const { reader } = chunked;
  const { transaction } = d.facts;
  if (transaction) transaction.chunks ??= 0;
  d.chunk = { last, refused: false };
  d.wire.startChunk({
    octets,
    onChunk: (segment) => {
      reader.take(segment, 0);
      const goesOn = !reader.full;
      reader.full = false;
      return goesOn;
    },
    onEnd: (facts, next) => {
      d.record({ kind: 'chunk', ...facts, last });
      if (transaction) transaction.chunks = (transaction.chunks ?? 0) + octets;
      work(d, 'message', next, () => taken(d, chunk, chunked));
    },
  });
  return untilRead(d);
}

function taken(d: Dialogue, { octets, last }: Chunk, { incoming, reader }: Chunked): Answer | Promise<Answer> {
  if (last) {
    reader.finish();
    return complete(d, incoming, reader.facts());
  }
  if (reader.bytes > incoming.options.limit) return tooLarge(d, incoming, reader);
  const answer = {
    ...d.plain('data', 'chunk-ok', 'the chunk has come whole'),
    values: { octets: String(octets) },
  };
  // A chunk of nothing brings the message no further: who sends many of them wastes our time.
  return octets === 0 ? { ...answer, wrong: true } : answer;
}

/** The limit is passed in the middle of a message: it is refused with this chunk, not with the last. */
function tooLarge(d: Dialogue, incoming: Incoming, reader: DataReader): Answer | Promise<Answer> {
  const facts = incoming.finish(reader.facts());
  recordData(d, facts);
  if (d.facts.transaction) d.facts.transaction.data = dataFacts(facts);
  return d.decided('body', (verdict) => {
    d.reset();
    d.chunkRefused = true;
    return { verdict };
  });
}
