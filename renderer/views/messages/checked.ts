// What the checks found out about one message: read from the events of its session. Pure but for the reading.
import { useEffect, useState } from 'react';
import type { Event } from '../../../core/contract/event.ts';
import type { DkimAnswer, SenderAnswer } from '../../../core/contract/senderAnswers.ts';
import type { Finding, Verdict } from '../../../core/contract/verdict.ts';
import { sayError, useWorkbench, workbench } from '../../state/workbench.ts';

/** What the author proves first, then who brought the message. */
const order: readonly SenderAnswer['kind'][] = [
  'dmarc',
  'dkim',
  'spf',
  'arc',
  'header',
  'domain',
  'list',
  'reverse',
  'ehlo',
  'greylist',
];

/** Findings about the message's own transaction and about the peer, each check once: the last word counts. */
export function findingsOf(events: readonly Event[], message: string): readonly Finding[] {
  const peer = new Map<string, Finding>();
  let own = new Map<string, Finding>();
  let isStored = false;
  for (const event of events) {
    const verdict = verdictOf(event);
    if (verdict) {
      if (verdict.stage === 'mail' && isStored) break;
      if (verdict.stage === 'mail') own = new Map();
      const into = verdict.stage === 'connect' || verdict.stage === 'ehlo' ? peer : own;
      for (const finding of verdict.findings) if (finding.answer ?? finding.work) into.set(keyOf(finding), finding);
      if (isStored && verdict.stage === 'message') break;
    }
    if (event.kind === 'stored' && event.message === message) isStored = true;
    else if (event.kind === 'stored' || event.kind === 'discarded') own = new Map();
  }
  const all = isStored ? [...own.values(), ...peer.values()] : [];
  const rank = ({ answer }: Finding) => (answer ? order.indexOf(answer.kind) : -1);
  return all.toSorted((one, other) => rank(one) - rank(other));
}

/** A check that asks about several things tells of each. */
function keyOf({ check, answer }: Finding): string {
  const subject =
    answer && ('domain' in answer ? answer.domain : 'zone' in answer ? `${answer.zone} ${answer.subject}` : '');
  return `${check} ${answer?.kind} ${subject}`;
}

function verdictOf(event: Event): Verdict | undefined {
  return event.kind === 'reply' || event.kind === 'verdict' ? event.verdict : undefined;
}

/** The DKIM answer among them. */
export function dkimOf(findings: readonly Finding[]): DkimAnswer | undefined {
  for (const { answer } of findings) if (answer?.kind === 'dkim') return answer;
  return undefined;
}

export interface Checked {
  readonly findings?: readonly Finding[];
  readonly error?: string;
}

/** Reads the events of the message's session once. */
export function useChecked(session: string | undefined, message: string | undefined): Checked {
  const [checked, setChecked] = useState<Checked>({});
  const isLinked = useWorkbench((state) => state.link.state === 'open');
  useEffect(() => {
    if (session === undefined || message === undefined || !isLinked) return undefined;
    let isGone = false;
    readEvents(session, message).then(
      (events) => !isGone && setChecked({ findings: findingsOf(events, message) }),
      (error: unknown) => !isGone && setChecked({ error: sayError(error) }),
    );
    return () => {
      isGone = true;
    };
  }, [session, message, isLinked]);
  return checked;
}

/** Events up to the reply that took the message. */
async function readEvents(session: string, message: string): Promise<readonly Event[]> {
  const events: Event[] = [];
  for (;;) {
    const page = await workbench.call('sessions.events', { session, after: events.at(-1)?.n ?? 0 });
    events.push(...page.events);
    const at = events.findIndex((event) => event.kind === 'stored' && event.message === message);
    if (page.done || page.events.length === 0 || (at >= 0 && events.slice(at).some(({ kind }) => kind === 'reply')))
      return events;
  }
}
