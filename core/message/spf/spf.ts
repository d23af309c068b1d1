// SPF (RFC 7208) of one identity: the result, and all the evidence for it; every DNS question goes to the resolver given.
import type { Mailbox } from '../../contract/facts.ts';
import type { SpfAnswer } from '../../contract/senderAnswers.ts';
import { ipText, parseIp } from '../../contract/settings/network.ts';
import type { World } from '../../world/world.ts';
import { checkHost } from './checkHost.ts';
import { type AskedOf, Evaluation } from './evaluation.ts';
import { explanation } from './explanation.ts';
import { lintOf } from './lint.ts';
import { asciiDomain, shown } from './names.ts';
import type { Reading } from './record.ts';

export interface SpfQuestion {
  readonly identity: 'helo' | 'mailfrom';
  /** The client's address. */
  readonly ip: string;
  /** The name given in EHLO or HELO. */
  readonly helo: string;
  /** The sender of MAIL; absent at EHLO. */
  readonly sender?: Mailbox;
  /** The name this server gives itself, for %{r}. */
  readonly hostname: string;
  /** Made for this one question: its questions become the evidence. */
  readonly asked: AskedOf;
  readonly world: Pick<World, 'now' | 'elapsed' | 'after'>;
  /**
   * Settings `sender.spf.reading`. `lenient` is what mailauth does by default, in this: an error behind the term that matches is
   * not looked at, a name is void only without an address of either family, white space may stand before the record, and a local
   * part that is not ASCII is expanded (RFC 8616 section 4 has it match nothing). It is not mailauth in this: an unknown mechanism or
   * an empty modifier behind the match, a target that macros made no name of, c, r and t outside explanations, and networks that
   * are no networks are as in the strict reading.
   */
  readonly reading: Reading;
  /** Seconds for the whole evaluation; then it is a temperror. */
  readonly timeLimit: number;
}

/** An answer, and whether the same question could have another one a second later (%{t}). */
export interface SpfChecked {
  readonly answer: SpfAnswer;
  readonly isTimed: boolean;
}

/** Asks about one identity. Never rejects for what DNS says. */
export async function checkSpf(question: SpfQuestion): Promise<SpfAnswer> {
  return (await checkSpfTimed(question)).answer;
}

export async function checkSpfTimed(question: SpfQuestion): Promise<SpfChecked> {
  const { identity, asked, reading, timeLimit, world, hostname, helo } = question;
  const { local, domain } = senderOf(question);
  const ip = parseIp(question.ip);
  if (ip === undefined) throw new Error(`SPF: ${shown(question.ip, 60)} is no address`);
  const about = { ip, address: ipText(ip), local, domain, helo, hostname, reading, timeLimit, world, asked };
  const e = new Evaluation(about);
  try {
    const checked = await checkHost(e, domain);
    const { record, matched, explains } = checked;
    const text = record.result === 'fail' && explains ? await explanation(e, explains) : undefined;
    const lint = lintOf(checked, e.lookups);
    const answer: SpfAnswer = {
      kind: 'spf',
      result: record.result,
      identity,
      domain: shown(domain, 253),
      ...(record.text !== undefined && { record: record.text }),
      ...(text !== undefined && { explanation: text }),
      ...(record.error !== undefined && { detail: record.error }),
      lookups: e.lookups,
      voids: e.voids,
      reading,
      ...(matched !== undefined && { matched }),
      tree: record,
      ...(lint.length > 0 && { lint }),
      questions: [...asked.questions],
      ms: e.ms,
    };
    return { answer, isTimed: e.isTimed };
  } finally {
    e.end();
  }
}

/**
 * Whom it is about: postmaster@ the EHLO name for the null sender (RFC 7208 section 2.4) and for the HELO identity itself
 * (section 2.3); postmaster where there is no local part (section 4.3).
 */
function senderOf({ identity, sender, helo }: SpfQuestion): { readonly local: string; readonly domain: string } {
  if (identity === 'helo' || sender === undefined || sender.domain === '')
    return { local: 'postmaster', domain: asciiDomain(helo) };
  return { local: sender.local === '' ? 'postmaster' : sender.local, domain: asciiDomain(sender.domain) };
}
