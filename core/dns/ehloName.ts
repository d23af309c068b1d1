// Asks whether the name a client gives itself has an address (RFC 5321 section 4.1.4).
import type { EhloAnswer } from '../contract/senderAnswers.ts';
import { type Asker, evidence, textsOf } from './asking.ts';

/** Of a full name. Never rejects. One address is enough; without any, a question that failed leaves it open. */
export async function askEhloName(name: string, asker: Asker): Promise<EhloAnswer> {
  const began = asker.elapsed();
  const outcomes = await Promise.all([textsOf(asker, name, 'A'), textsOf(asker, name, 'AAAA')]);
  const has = (is: 'found' | 'failed') => outcomes.some((outcome) => outcome.is === is);
  const result = has('found') ? 'pass' : has('failed') ? 'temperror' : 'unknown';
  return { kind: 'ehlo', result, name, ...evidence(asker, began) };
}
