// An asker over a zone, for tests of what is asked about senders.
import type { Asker } from '../../core/dns/asking.ts';
import { parseZone } from '../../core/dns/zone.ts';
import { zoneResolver } from '../../core/dns/zoneResolver.ts';

/** Answers from these lines; a question that meets TIMEOUT is over at once. */
export function askerOf(zone: string): Asker {
  const { zone: parsed, errors } = parseZone(zone);
  if (errors.length > 0) throw new Error(errors.map(({ line, message }) => `line ${line}: ${message}`).join('\n'));
  const world = {
    elapsed: () => 0,
    after: (_ms: number, fire: () => void) => {
      queueMicrotask(fire);
      return { cancel: () => undefined };
    },
  };
  return { asked: zoneResolver(parsed, { world, timeout: 5 }), elapsed: () => 0 };
}

/** Name and type of what was asked, in order. */
export function askedOf({ asked }: Asker): readonly string[] {
  return asked.questions.map(({ name, type }) => `${name} ${type}`);
}
