// The log: the lines of all sessions, in a rotating file and in a short tail for the window.
import { mkdirSync } from 'node:fs';
import { createStream, type Options, type RotatingFileStream } from 'rotating-file-stream';
import type { EventBody } from '../contract/event.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { World } from '../world/world.ts';
import { follow, lineText, linesOf, type LogSession, newSession, wanted } from './lines.ts';

export type Logging = Settings['logging'];

export interface LogOptions {
  /** The folder of the log files; made when the first line is written. */
  readonly folder: string;
  /** Name of this machine as the lines have it. */
  readonly host: string;
  readonly logging: Logging;
  readonly world: World;
  /** The file cannot be written; an empty text says that it can again. Lines still reach the tail. */
  readonly onProblem?: (problem: string) => void;
  /** Lines were added. */
  readonly onChanged?: (revision: number) => void;
}

export interface Log {
  /** Takes an event of a session, `t` ms after its connect. Never waits, never throws. */
  event(session: string, body: EventBody, t: number): void;
  /** Applies changed settings to the lines that follow. */
  configure(logging: Logging): void;
  /** Number of the last line. */
  revision(): number;
  /** Lines after the given number, as far as they are kept. */
  tail(after: number): { readonly revision: number; readonly lines: readonly string[] };
  /** Resolves when every line so far has been handed to the system. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Lines kept for the window. */
const TAIL = 2000;
/** Lines are written together after this long, ms, or when they are this many characters. */
const PAUSE = 100;
const MANY = 65_536;
/** When the disk is slower than the sessions, lines beyond this many characters are counted instead of written. */
const MOST = 16 * 1024 * 1024;

export function openLog(options: LogOptions): Log {
  const { world, host } = options;
  const sessions = new Map<string, LogSession>();
  const tail: string[] = [];
  let { logging } = options;
  let file = openFile(options, logging);
  let waiting: string[] = [];
  let size = 0;
  let count = 0;
  let told = 0;
  let lost = 0;

  const write = (): void => {
    if (size > 0) {
      if (lost > 0) waiting.push(`(${lost} lines are missing here: the disk was too slow)`);
      lost = 0;
      file.write(`${waiting.join('\n')}\n`);
      waiting = [];
      size = 0;
    }
    if (count === told) return;
    told = count;
    options.onChanged?.(count);
  };

  const add = (line: string): void => {
    tail.push(line);
    if (tail.length > 2 * TAIL) tail.splice(0, tail.length - TAIL);
    count += 1;
    if (count === told + 1) world.after(PAUSE, write);
    if (file.behind() + size > MOST) {
      lost += 1;
      return;
    }
    waiting.push(line);
    size += line.length + 1;
    if (size >= MANY) write();
  };

  return {
    event: (id, body, t) => {
      const before = sessions.get(id);
      const session = follow(before ?? newSession, body);
      if (body.kind === 'close') sessions.delete(id);
      else if (session !== before) sessions.set(id, session);
      if (logging.logLevel === 0) return;
      for (const line of linesOf(session, body, logging.logLevel))
        if (wanted(line, logging)) add(lineText(line, { at: session.at + t, host, session: id }));
    },
    configure: (next) => {
      const before = logging;
      logging = next;
      if ((['fileName', 'fileSize', 'rotatePeriod', 'fileCount'] as const).every((key) => before[key] === next[key]))
        return;
      write();
      void file.end();
      file = openFile(options, next);
    },
    revision: () => count,
    tail: (after) => {
      const kept = Math.min(tail.length, TAIL);
      return { revision: count, lines: tail.slice(tail.length - Math.max(0, Math.min(kept, count - after))) };
    },
    flush: () => {
      write();
      return file.flushed();
    },
    close: () => {
      write();
      return file.end();
    },
  };
}

interface LogFile {
  write(text: string): void;
  /** Characters given to the system but not taken yet. */
  behind(): number;
  flushed(): Promise<void>;
  end(): Promise<void>;
}

/** Opens the file with the first line; a file that fails is opened anew with the next. */
function openFile({ folder, onProblem }: LogOptions, logging: Logging): LogFile {
  let stream: RotatingFileStream | undefined;
  let broken = false;

  const fail = (error: Error): void => {
    stream = undefined;
    broken = true;
    onProblem?.(`the log file ${logging.fileName} in ${folder} cannot be written: ${error.message}`);
  };

  const begin = (): RotatingFileStream | undefined => {
    try {
      mkdirSync(folder, { recursive: true });
      const next = createStream(nameOf(logging), rotation(logging, folder));
      if (logging.rotatePeriod === 'week') rotateWeekly(next);
      next.on('error', fail);
      next.on('warning', (error) =>
        onProblem?.(`the log file ${logging.fileName} cannot be rotated: ${error.message}`),
      );
      return next;
    } catch (error) {
      fail(error as Error);
      return undefined;
    }
  };

  return {
    write: (text) => {
      stream ??= begin();
      stream?.write(text, (error) => {
        if (error || !broken) return;
        broken = false;
        onProblem?.('');
      });
    },
    behind: () => stream?.writableLength ?? 0,
    flushed: () => new Promise((resolve) => (stream ? stream.write('', () => resolve()) : resolve())),
    end: () => new Promise((resolve) => (stream ? stream.end(() => resolve()) : resolve())),
  };
}

const periods = { day: '1d', week: '7d', month: '1M' } as const;

function rotation({ fileSize, rotatePeriod, fileCount, fileName }: Logging, folder: string): Options {
  return {
    path: folder,
    ...(fileSize > 0 ? { size: `${fileSize}K` } : {}),
    ...(rotatePeriod === 'none'
      ? {}
      : { interval: periods[rotatePeriod], intervalBoundary: true, initialRotation: true }),
    ...(fileCount > 0 ? { maxFiles: fileCount, history: `.${fileName}.history` } : {}),
  };
}

/**
 * The library counts seven days from the day it is asked on, so that each restart would rotate; weeks begin on Monday
 * (ISO 8601), as months begin on the first. It asks first when it has looked at the file.
 */
function rotateWeekly(stream: RotatingFileStream): void {
  const intervalBounds = (now: Date): Date => {
    const monday = now.getDate() - ((now.getDay() + 6) % 7);
    const [prev, next] = [monday, monday + 7].map((day) => new Date(now.getFullYear(), now.getMonth(), day).getTime());
    Object.assign(stream, { prev, next });
    return new Date(prev ?? 0);
  };
  Object.assign(stream, { intervalBounds });
}

/** `default.txt`; rotated `default-20260131-1.txt`, by the day it was rotated or its period began. */
function nameOf({ fileName }: Logging): (time: number | Date | null, index?: number) => string {
  const dot = fileName.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [fileName.slice(0, dot), fileName.slice(dot)] : [fileName, ''];
  return (time, index) => {
    if (time === null) return fileName;
    const day = new Date(time);
    const two = (value: number) => String(value).padStart(2, '0');
    return `${stem}-${day.getFullYear()}${two(day.getMonth() + 1)}${two(day.getDate())}-${index ?? 1}${extension}`;
  };
}
