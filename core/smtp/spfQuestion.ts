// Asks SPF about a session's client, and remembers what the zone alone has answered.
import type { Facts } from '../contract/facts.ts';
import type { SpfAnswer } from '../contract/senderAnswers.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Dns } from '../dns/dns.ts';
import { checkSpfTimed } from '../message/spf/spf.ts';
import type { World } from '../world/world.ts';

export interface SpfAsked {
  readonly settings: Settings;
  readonly facts: Facts;
  readonly identity: 'helo' | 'mailfrom';
}
/** At once when the answer is remembered. */
export type AskSpf = (asked: SpfAsked) => SpfAnswer | Promise<SpfAnswer>;

/** Most answers remembered for one zone; beyond it the oldest is forgotten. */
const mostAnswers = 1000;
/** An answer that took longer met SLOW, and takes its time again; ms. */
const longestRemembered = 100;

/** What a zone has answered: the same question to the same zone has the same answer. */
const remembered = new WeakMap<Settings['dns'], Map<string, SpfAnswer>>();

/**
 * Answers are remembered as a caching resolver in front of a mail server would, but only those that come from the zone alone and
 * would be the same again: no temperror, no explanation, nothing slow. A remembered answer keeps its questions as evidence and took
 * no time.
 */
export function askSpf(world: Pick<World, 'now' | 'elapsed' | 'after'>, dns: Dns): AskSpf {
  return ({ settings, facts, identity }) => {
    const { connection, session, transaction } = facts;
    let answers = remembered.get(settings.dns);
    if (answers === undefined) remembered.set(settings.dns, (answers = new Map<string, SpfAnswer>()));
    const memory = answers;
    const helo = session.helo?.name ?? '';
    const { hostname } = settings.acceptance;
    const { reading, timeLimit } = settings.sender.spf;
    const sender = identity === 'mailfrom' ? transaction?.sender : undefined;
    const ip = connection.peer.address;
    // No part but the last can hold a blank.
    const key = `${identity} ${reading} ${timeLimit} ${ip} ${hostname} ${helo} ${sender?.raw ?? ''}`;
    // A domain without a record has none for anybody: of very many clients only the first one asks.
    const domain = sender === undefined || sender.domain === '' ? helo : sender.domain;
    const nobodys = `none ${identity} ${reading} ${domain}`;
    const known = memory.get(key) ?? memory.get(nobodys);
    if (known) return known;
    const asked = dns.asked(settings.dns);
    const question = { identity, ip, helo, hostname, asked, world, reading, timeLimit, ...(sender && { sender }) };
    return checkSpfTimed(question).then(({ answer, isTimed }) => {
      if (asked.lasting && !isTimed && lasts(answer))
        remember(memory, answer.result === 'none' ? nobodys : key, answer);
      return answer;
    });
  };
}

function lasts({ result, explanation, ms }: SpfAnswer): boolean {
  return result !== 'temperror' && explanation === undefined && ms < longestRemembered;
}

function remember(answers: Map<string, SpfAnswer>, key: string, answer: SpfAnswer): void {
  const [oldest] = answers.keys();
  if (answers.size >= mostAnswers && oldest !== undefined) answers.delete(oldest);
  const questions = answer.questions.map((question) => ({ ...question, ms: 0 }));
  answers.set(key, Object.freeze({ ...answer, questions, ms: 0, remembered: true }));
}
