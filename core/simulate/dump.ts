// The events of one case as a file of JSON lines, written as they happen, and the digest of such a file.
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Event, eventSchema } from '../contract/event.ts';
import type { WorldName } from '../contract/scenarioWorld.ts';
import { CaseDigest } from './digest.ts';

/** Characters that are gathered before they are written. */
const GATHERED = 1 << 16;
const HEAD = '{"session":"';
const MIDDLE = '","event":';

/**
 * Writes at once, without promises: a clock that jumps could not wait for them. The file is made with the first event. What goes
 * wrong is told at the end: the case goes on without its dump.
 */
export class Dump {
  readonly #path: string;
  #file: number | undefined;
  #text = '';
  #error: Error | undefined;

  /** `path`: of a file that does not exist yet. */
  constructor(path: string) {
    this.#path = path;
  }

  add(session: string, json: string): void {
    this.#text += `${HEAD}${session}${MIDDLE}${json}}\n`;
    if (this.#text.length >= GATHERED) this.#write();
  }

  /** Writes the rest; the system's error with which writing failed, if it did. */
  close(): Error | undefined {
    this.#write();
    if (this.#file !== undefined) closeSync(this.#file);
    return this.#error;
  }

  #write(): void {
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    if (this.#error !== undefined) return;
    try {
      this.#file ??= openSync(this.#path, 'wx');
      for (let written = 0; written < bytes.length;) written += writeSync(this.#file, bytes, written);
    } catch (error) {
      this.#error = error as Error;
    }
  }
}

/** A line that is no event. */
export class NoEvent extends Error {
  override readonly name = 'NoEvent';
}

export interface Dumped {
  readonly digest: string;
  readonly events: number;
  readonly sessions: number;
}

/** Reads a dumped case; rejects with {@link NoEvent} where a line is none, and with the system's errors. */
export async function readDump(file: string, world: WorldName): Promise<Dumped> {
  const digest = new CaseDigest(world);
  const sessions = new Set<string>();
  let events = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: 0 })) {
    events += 1;
    const { session, json } = partsOf(line, events);
    const event = parsed(json, events);
    sessions.add(session);
    digest.add(session, event, json);
  }
  return { digest: digest.hex(), events, sessions: sessions.size };
}

/** The event's own octets count, not what they mean. */
function partsOf(line: string, number: number): { readonly session: string; readonly json: string } {
  const end = line.indexOf(MIDDLE);
  if (!line.startsWith(HEAD) || !line.endsWith('}') || end < 0)
    throw new NoEvent(`line ${number}: expected {"session": …, "event": …} as a dump writes it`);
  return { session: line.slice(HEAD.length, end), json: line.slice(end + MIDDLE.length, -1) };
}

function parsed(json: string, number: number): Event {
  try {
    return eventSchema.parse(JSON.parse(json)) as unknown as Event;
  } catch {
    throw new NoEvent(`line ${number}: the event in it cannot be read`);
  }
}
