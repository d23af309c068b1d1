// One message of 4 MB whose every line begins with a stuffed dot: the most a parser can be made to look for.
import { performance } from 'node:perf_hooks';
import type { Running, SubjectName } from './running.ts';
import { Talk } from './talk.ts';
import { median } from './works.ts';

/** Least rate of ours, MB/s; printed, asserted nowhere. */
export const dotsTarget = 100;

const size = 4 * 1024 * 1024;
const line = '..\r\n';
const message = Buffer.from(`${line.repeat(size / line.length)}.\r\n`);

export interface Dots {
  readonly subject: SubjectName;
  /** 10^6 octets a second, from the first octet to the 250, the median of the rounds. */
  readonly rate: number;
}

export async function measureDots(running: readonly Running[], rounds: number): Promise<Dots[]> {
  const rates = new Map<SubjectName, number[]>(running.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1)
    for (const { name, port } of running) {
      const rate = await once(port);
      if (round > 0) rates.get(name)?.push(rate);
    }
  return running.map(({ name }) => ({ subject: name, rate: Math.round(median(rates.get(name) ?? []) * 10) / 10 }));
}

async function once(port: number): Promise<number> {
  const talk = await Talk.open(port);
  try {
    await talk.say('MAIL FROM:<ann@example.com>\r\n', '250');
    await talk.say('RCPT TO:<bob@gate.example>\r\n', '250');
    await talk.say('DATA\r\n', '354');
    const started = performance.now();
    await talk.say(message, '250');
    return message.length / 1000 / (performance.now() - started);
  } finally {
    talk.close();
  }
}
