// SMTP smuggling: whatever the settings, one DATA never becomes two messages unless a bare line end is explicitly allowed.
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../core/contract/settings/settings.ts';
import { memoryJournal } from '../../core/journal/memory.ts';
import { spoken } from '../../core/policy/decide.ts';
import { effectiveSettings } from '../../core/policy/effective.ts';
import { FlowCounters } from '../../core/policy/flow.ts';
import { Protection } from '../../core/policy/protection.ts';
import { Dialogue } from '../../core/smtp/dialogue.ts';
import type { Wire } from '../../core/smtp/opening.ts';
import { takeLine } from '../../core/smtp/turn.ts';
import { WireParser } from '../../core/smtp/wireParser.ts';
import { nobody } from '../../core/smtp/inquiry.ts';
import { threadWorkers } from '../../core/workers/threads.ts';
import { realWorld } from '../../core/world/real.ts';
import { seeded } from '../fuzz/wireCase.ts';
import { settingsOf } from './playground.ts';

type Strictness = Settings['strictness'];
type Word = Strictness['bareLf'];

const words: readonly Word[] = ['reject', 'normalise', 'allow'];
const base = settingsOf({ sender: { spf: { ehlo: false, mailFrom: false } } });
const peer = { address: '192.0.2.7', port: 40_000 };

/** A session without a socket: the parser, the dialogue and every check, each segment worked on before the next one comes. */
function open(service: Settings) {
  const { settings, exempt } = effectiveSettings(service, { listenerIndex: 0, address: peer.address });
  const { strictness } = settings;
  const journal = memoryJournal();
  const wire: Wire = {
    secured: false,
    binding: () => undefined,
    write: (bytes) => void (said += bytes),
    end: () => void (parser.isClosed = true),
    drop: () => void (parser.isClosed = true),
    startTls: () => undefined,
    startData: (phase) => parser.startData(phase),
    startChunk: (phase) => parser.startChunk(phase),
    resumeData: () => parser.resumeData(),
  };
  let said = '';
  const [listener] = settings.listeners;
  if (!listener) throw new Error('no listener');
  const dialogue = new Dialogue(
    {
      settings,
      effective: (address) => effectiveSettings(service, { listenerIndex: 0, address }),
      generation: 1,
      world: realWorld,
      log: journal.session(),
      begun: 0,
      connection: { id: '1', listener, listenerIndex: 0, peer, local: peer, flow: [], exempt },
      visit: new FlowCounters(() => 0).enter({ settings, listenerIndex: 0, address: peer.address }),
      protection: new Protection(() => 0),
      greeting: spoken('greeting', 'connect', ''),
      users: { find: () => undefined } as never,
      spf: () => Promise.reject(new Error('no SPF here')),
      inquiry: () => nobody,
      workers: threadWorkers({ world: realWorld, settings: settings.workers }),
      over: () => undefined,
    },
    wire,
  );
  const parser = new WireParser({
    now: () => 0,
    later: setImmediate,
    onLine: (line, next) => takeLine(dialogue, line, next),
    maxLine: strictness.maxCommandLine,
    longLine: strictness.longCommandLine,
    bareCr: strictness.commandBareCr,
  });
  return {
    write: (segment: string) => void parser.write(Buffer.from(segment, 'latin1')),
    stored: () => journal.messages.map(({ bytes }) => Buffer.from(bytes).toString('latin1')),
    said: () => said,
    left: () => (parser.isClosed ? 0 : parser.buffered),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

const fakes = [
  ...['\n.\n', '\n.\r\n', '\r\n.\n'],
  ...['\r.\r', '\r.\n', '\r.\r\n', '\n.\r', '\r\n.\r', '\r\n.\r\r\n', '\r\r\n.\r\r\n'],
  ...['\r\n\0.\r\n', '\r\n.\0\r\n', '\r\0\n.\r\0\n'],
  // What clearing the highest bit, breaking lines and cutting headers could make an end of.
  ...[
    '\x8d\x8a.\x8d\x8a',
    '\n\xae\n',
    `\r\n${'x'.repeat(998)}.\r\n`,
    `\n${'y'.repeat(998)}\n.\n`,
    `${'A: b\r\n'.repeat(12)}\n.\n`,
  ],
];
/** These end a message where both bare ones are allowed. */
const real = fakes.slice(0, 10);

const smuggled =
  'MAIL FROM:<x@evil.example>\r\nRCPT TO:<b@gate.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nsecond\r\n.\r\n';
/** In the body, first in the body, in the header, and as the first line: there the CRLF of DATA is half of a true end. */
const positions: readonly ((fake: string) => string)[] = [
  (fake) => `Subject: first\r\n\r\nfirst${fake}${smuggled}`,
  (fake) => `${fake}${smuggled}`,
  (fake) => `Subject: first${fake}${smuggled}`,
  (fake) => `${/^[\r\n]+\.\r\n$/.test(fake) ? fake : fake.replace(/^[\r\n]+/, '')}${smuggled}`,
];

interface Trial {
  readonly settings: Settings;
  readonly content: string;
  /** Offsets at which a segment of the content begins. */
  readonly cuts: readonly number[];
}

const withWords = (over: Partial<Strictness>): Settings => ({
  ...base,
  // A header cap that the content passes, and no end for mistakes: only what is stored counts here.
  strictness: { ...base.strictness, maxHeaderFields: 10, ...over },
  errors: { ...base.errors, maxErrors: 'unlimited' },
});

async function store({ settings, content, cuts }: Trial): Promise<string[]> {
  const session = open(settings);
  for (const line of ['EHLO client.example', 'MAIL FROM:<a@client.example>', 'RCPT TO:<b@gate.example>', 'DATA'])
    session.write(`${line}\r\n`);
  expect(session.said()).toMatch(/^354 /m);
  [0, ...cuts].forEach((from, index) => session.write(content.slice(from, cuts[index] ?? content.length)));
  session.write('QUIT\r\n');
  await turn();
  expect(session.left()).toBe(0);
  return session.stored();
}

/** What must hold; as text when it does not, so that thousands of trials need no matcher each. */
async function breach(trial: Trial): Promise<string | undefined> {
  const { bareLf, bareCr } = trial.settings.strictness;
  const stored = await store(trial);
  const told = () =>
    JSON.stringify({ strictness: trial.settings.strictness, content: trial.content, cuts: trial.cuts, stored });
  if (bareLf === 'allow' || bareCr === 'allow') return undefined;
  if (stored.length > 1) return `two messages: ${told()}`;
  const [only] = stored;
  if (only === undefined) return undefined;
  if (!only.includes('MAIL FROM:<x@evil.example>')) return `content was taken for commands: ${told()}`;
  // Nor may the next hop be smuggled to with what we made of it.
  if (/(?<!\r)\n|\r(?!\n)/.test(only)) return `a bare line end was stored: ${told()}`;
  return undefined;
}

function product(keys: readonly (keyof Strictness)[]): Partial<Strictness>[] {
  return keys.reduce<Partial<Strictness>[]>(
    (all, key) => all.flatMap((one) => words.map((word) => ({ ...one, [key]: word }))),
    [{}],
  );
}

/** Of bare line ends: all that does not allow one. */
const lineEnds = product(['bareLf', 'bareCr']).filter(({ bareLf, bareCr }) => bareLf !== 'allow' && bareCr !== 'allow');

const patience = { timeout: 120_000 };

describe('one DATA is one message at most', () => {
  const inData = ['bareLf', 'bareCr', 'nul', 'longTextLine', 'eightBit', 'header'] as const;
  const inCommands = ['commandBareLf', 'commandBareCr', 'longCommandLine', 'pipelining'] as const;

  it.each(lineEnds)('with all other words of strictness, and %j', patience, async (ends) => {
    const random = seeded(0x51106);
    for (const over of product([...inData.slice(2), ...inCommands])) {
      const content = positions[random(positions.length)]!(fakes[random(fakes.length)]!);
      const often = 1 + random(12);
      const all = Array.from(content, (_, index) => index).slice(1);
      const cuts = all.filter(() => random(often) === 0);
      const found = await breach({ settings: withWords({ ...over, ...ends }), content, cuts });
      if (found !== undefined) expect.fail(found);
    }
  });

  it.each(lineEnds)('with every fake end, at every place, cut everywhere, and %j', patience, async (ends) => {
    for (const over of product(['nul', 'eightBit'])) {
      const settings = withWords({ ...over, ...ends });
      for (const fake of fakes.filter(({ length }) => length < 20)) {
        for (const position of positions) {
          const content = position(fake);
          const at = content.indexOf(smuggled);
          const single = Array.from({ length: fake.length + 5 }, (_, n) => [Math.max(1, at - fake.length - 2) + n]);
          const octets = Array.from(content, (_, index) => index).slice(1);
          for (const cuts of over.nul === 'reject' ? [[], octets, ...single] : [[], octets]) {
            const found = await breach({ settings, content, cuts });
            if (found !== undefined) expect.fail(found);
          }
        }
      }
    }
  });

  it('to networks that are exempt from one setting or from all', patience, async () => {
    const freed = [
      [],
      ['bareLf'],
      ['bareCr'],
      ['commandBareCr', 'nul', 'eightBit', 'longTextLine', 'pipelining'],
    ] as const;
    for (const ends of product(['bareLf', 'bareCr', 'commandBareCr'])) {
      for (const from of freed) {
        const exempt = [{ network: '192.0.2.0/24', from: [...from] }];
        for (const fake of fakes) {
          const settings = withWords({ ...ends, exempt });
          const found = await breach({ settings, content: positions[0]!(fake), cuts: [] });
          if (found !== undefined) expect.fail(found);
        }
      }
    }
  });

  it('in chunks whatever is allowed, because nothing in a chunk is an end', patience, async () => {
    for (const over of product(['bareLf', 'bareCr', 'nul'])) {
      for (const fake of fakes) {
        for (const position of positions) {
          const content = position(fake);
          const session = open(withWords({ ...over, eightBit: 'allow', header: 'allow' }));
          session.write('EHLO c.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<b@gate.example>\r\n');
          session.write(
            `BDAT 3\r\n${content.slice(0, 3)}BDAT ${content.length - 3} LAST\r\n${content.slice(3)}QUIT\r\n`,
          );
          await turn();
          expect([session.left(), session.said().match(/^221 /gm)?.length]).toEqual([0, 1]);
          expect(session.stored().length).toBeLessThanOrEqual(1);
        }
      }
    }
  });
});

describe('this way of counting', () => {
  it.each(real)('sees two messages where a bare line end is allowed: %j', async (fake) => {
    const lax = { bareLf: 'allow', bareCr: 'allow', commandBareCr: 'allow', pipelining: 'allow' } as const;
    for (const position of positions.slice(0, 2)) {
      const stored = await store({ settings: withWords(lax), content: position(fake), cuts: [] });
      expect(stored).toHaveLength(2);
      expect(stored[1]).toContain('second');
    }
  });
});
