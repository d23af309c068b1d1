// Asks SPF about a session's client; DNS is answered by the zone of the settings and nothing else.
import type { Facts } from '../contract/facts.ts';
import type { SpfAnswer } from '../contract/senderAnswers.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { parseZone, type Zone } from '../dns/zone.ts';
import { zoneResolver } from '../dns/zoneResolver.ts';
import { checkSpf } from '../message/spf.ts';
import type { World } from '../world/world.ts';

export interface SpfAsked {
  readonly settings: Settings;
  readonly facts: Facts;
  readonly identity: 'helo' | 'mailfrom';
}
/** At once when the answer is remembered. */
export type AskSpf = (asked: SpfAsked) => SpfAnswer | Promise<SpfAnswer>;

/** A zone made ready, and what it has answered: the same question to the same zone has the same answer. */
interface ReadyZone {
  readonly zone: Zone;
  readonly answers: Map<string, SpfAnswer>;
}

/** Most answers remembered for one zone; beyond it the oldest is forgotten. */
const mostAnswers = 1000;
const ready = new WeakMap<Settings['dns'], ReadyZone>();

function readyZone({ dns }: Settings): ReadyZone {
  let one = ready.get(dns);
  if (!one) ready.set(dns, (one = { zone: parseZone(dns.zone).zone, answers: new Map() }));
  return one;
}

/**
 * Answers are remembered as a caching resolver in front of a mail server would: all but temperrors, whose silence is
 * waited for each time. A remembered answer keeps its questions as evidence and took no time.
 */
export function askSpf(world: World): AskSpf {
  return ({ settings, facts, identity }) => {
    const { connection, session, transaction } = facts;
    const { zone, answers } = readyZone(settings);
    const helo = session.helo?.name ?? '';
    const { hostname } = settings.acceptance;
    const sender = identity === 'mailfrom' ? transaction?.sender : undefined;
    const ip = connection.peer.address;
    // No part but the last can hold a blank.
    const key = `${identity} ${ip} ${hostname} ${helo} ${sender?.raw ?? ''}`;
    // A domain without a record has none for anybody: of very many clients only the first one asks.
    const domain = sender === undefined || sender.domain === '' ? helo : sender.domain;
    const nobodys = `none ${identity} ${hostname} ${domain}`;
    const known = answers.get(key) ?? answers.get(nobodys);
    if (known) return known;
    const asked = zoneResolver(zone, { world, timeout: settings.dns.timeout });
    const question = { identity, ip, helo, hostname, asked, elapsed: () => world.elapsed(), ...(sender && { sender }) };
    return checkSpf(question).then((answer) => {
      if (answer.result !== 'temperror') remember(answers, answer.result === 'none' ? nobodys : key, answer);
      return answer;
    });
  };
}

function remember(answers: Map<string, SpfAnswer>, key: string, answer: SpfAnswer): void {
  const [oldest] = answers.keys();
  if (answers.size >= mostAnswers && oldest !== undefined) answers.delete(oldest);
  const questions = answer.questions.map((question) => ({ ...question, ms: 0 }));
  answers.set(key, { ...answer, questions, ms: 0, remembered: true });
}
