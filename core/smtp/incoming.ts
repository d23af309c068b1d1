// A message on its way in: read by the rules that count for its transaction, its header looked at, its octets kept.
import type { DataFacts } from '../contract/facts.ts';
import type { MessageLog } from '../journal/journal.ts';
import { declaresEightBit, isBinary } from '../policy/declared.ts';
import { wantedOf } from '../policy/wanted.ts';
import { maxDataOctets } from './capabilities.ts';
import type { Dialogue, GrowingFacts } from './dialogue.ts';
import { HeaderCap } from './headerCap.ts';
import { HeaderScan } from './headers.ts';
import type { ChunkFacts } from './wireChunk.ts';
import type { DataOptions, WireDataFacts } from './wireMessage.ts';

/**
 * Octets of a message that are read before others have their turn: the system hands over megabytes at once, and reading
 * as much takes longer than 5 ms.
 */
const mostInTurn = 384 * 1024;

export class Incoming {
  readonly message: MessageLog;
  readonly scan: HeaderScan;
  /** How to read it; `onChunk` keeps what is read. */
  readonly options: DataOptions;
  readonly #cap: HeaderCap | undefined;

  constructor(d: Dialogue, transaction: NonNullable<GrowingFacts['transaction']>) {
    const { loops, authentication } = d.settings;
    const scan = (this.scan = new HeaderScan({
      recipients: loops.deliveredTo ? named(transaction) : undefined,
      authors: authentication.fromLogin !== 'any' && d.facts.session.user !== undefined,
    }));
    const { header, maxHeaderSize, maxHeaderFields } = d.settings.strictness;
    const message = d.opening.log.message();
    this.message = d.message = message;
    // What is asked of a message is known when it begins; where nothing is, nothing is collected.
    const collected = wantedOf(d.settings, d.facts).length > 0 ? d.opening.workers.collect() : undefined;
    if (collected) d.collected = collected;
    let turn = 0;
    const keep = (chunk: Buffer) => {
      collected?.take(chunk);
      if (!message.write(chunk)) {
        turn = 0;
        goOnAfter(d, message.drained());
        return false;
      }
      turn += chunk.length;
      if (turn < mostInTurn) return true;
      turn = 0;
      goOnAfter(d, new Promise<void>((resolve) => d.opening.world.after(0, () => resolve())));
      return false;
    };
    const cap =
      header === 'normalise'
        ? new HeaderCap({ octets: maxHeaderSize * 1024, fields: maxHeaderFields }, keep)
        : undefined;
    this.#cap = cap;
    const limit = maxDataOctets(d.settings);
    this.options = {
      ...rulesFor(d, transaction),
      limit: limit === 0 ? Infinity : limit,
      onChunk: (chunk) => {
        if (!scan.complete) scan.take(chunk);
        return cap === undefined ? keep(chunk) : cap.take(chunk);
      },
    };
  }

  /** What was seen of the whole message; `bytes` is what is kept of it. */
  finish(facts: WireDataFacts): WireDataFacts {
    this.#cap?.finish();
    const removed = this.#cap?.removed ?? 0;
    return removed === 0 ? facts : { ...facts, bytes: facts.bytes - removed };
  }
}

function named({ recipients }: NonNullable<GrowingFacts['transaction']>): ReadonlySet<string> {
  return new Set(recipients.map(({ local, domain }) => (domain === '' ? local : `${local}@${domain}`).toLowerCase()));
}

/** RFC 3030 section 3: BINARYMIME is any octets, and none of the rules for text holds. */
function rulesFor({ settings: { strictness } }: Dialogue, transaction: NonNullable<GrowingFacts['transaction']>) {
  const { bareLf, bareCr, nul, eightBit, longTextLine, maxTextLine } = strictness;
  if (isBinary(transaction)) return { bareLf: 'reject', bareCr: 'reject', maxTextLine } as const;
  return {
    bareLf,
    bareCr,
    nul,
    eightBit: declaresEightBit(transaction) ? 'allow' : eightBit,
    longLine: longTextLine,
    maxTextLine,
  } as const;
}

/** The client is not read from until then: the journal is behind, or others have had no turn for long. */
function goOnAfter(d: Dialogue, until: Promise<unknown>): void {
  d.working = true;
  const goOn = () => {
    d.working = false;
    if (d.gone) d.settle();
    else d.wire.resumeData();
  };
  until.then(goOn, goOn);
}

/** What was seen of a message, as an event: totals, and the first of what is unusual. */
export function recordData(d: Dialogue, facts: WireDataFacts): void {
  const { segments, exceptions, ended } = facts;
  d.record({
    kind: 'data',
    facts: dataFacts(facts),
    segments,
    exceptions,
    ...(ended !== null && { ended }),
  });
}

export function dataFacts(facts: WireDataFacts): DataFacts {
  const { bytes, lines, bareLf, bareCr, nul, eightBit, longestLine, longLines, overLimit } = facts;
  const seen = {
    bytes,
    lines,
    bareLf,
    bareCr,
    nul,
    eightBit,
    longestLine,
    overLimit,
  };
  return longLines === 0 ? seen : { ...seen, longLines };
}

/** What had come of a message or a chunk whose end never came. */
export function recordCutOff(d: Dialogue, data: WireDataFacts | null, chunk: ChunkFacts | null): void {
  if (data !== null) recordData(d, data);
  if (chunk === null) return;
  const { last = false, refused = false } = d.chunk ?? {};
  d.record({ kind: 'chunk', ...chunk, last, ...(refused && { refused }) });
}
