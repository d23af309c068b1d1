// Chunks: the batches of a session's events as they are stored, a few to a row, and as they are read.
import type { Event } from '../contract/event.ts';
import type { Batch, StoredChunk } from './protocol.ts';

/** A chunk is closed when it has this many characters. */
const CHUNK = 65_536;
/** One read of a session's events ends after this many characters of JSON. */
export const mostRead = 2_000_000;

/** Batches joined into chunks of about 64 KB, as they are stored. */
export function chunksOf(batches: readonly StoredChunk[]): StoredChunk[] {
  const chunks: StoredChunk[] = [];
  let texts: string[] = [];
  let size = 0;
  for (const [index, { text }] of batches.entries()) {
    texts.push(text);
    size += text.length;
    if (size < CHUNK && index < batches.length - 1) continue;
    chunks.push({ first: batches[index + 1 - texts.length]?.first ?? 1, text: texts.join('\n') });
    texts = [];
    size = 0;
  }
  return chunks;
}

/** Adds batches with events after that number while an answer is not too large; returns whether all of them fitted. */
export function addUpTo(chunks: StoredChunk[], batches: readonly StoredChunk[], after: number): boolean {
  let size = chunks.reduce((sum, { text }) => sum + text.length, 0);
  for (const [index, batch] of batches.entries()) {
    const next = batches[index + 1];
    if (next !== undefined && next.first <= after + 1) continue;
    if (size > mostRead) return false;
    chunks.push(batch);
    size += batch.text.length;
  }
  return true;
}

/** The events of a chunk, with their numbers and times. */
export function eventsIn({ first, text }: StoredChunk): Event[] {
  const events: Event[] = [];
  for (const line of text.split('\n')) {
    const { t, e } = JSON.parse(line) as Batch;
    for (const [index, body] of e.entries()) events.push({ ...body, n: first + events.length, t: t[index] ?? 0 });
  }
  return events;
}
