// A digest of what was said and decided in a run: equal runs give equal digests, whatever their times, ports and ids.
import { createHash } from 'node:crypto';
import type { Event } from '../contract/event.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What of an event is the same in every equal run. */
function canonical(event: Event): unknown {
  switch (event.kind) {
    case 'connect':
      return ['connect', event.listener, event.role, event.secured];
    case 'line':
      return ['line', event.secret === true ? '' : event.bytes, event.end];
    case 'octets':
      return ['octets', event.what, event.bytes];
    case 'chunk':
      return ['chunk', event.octets, event.announced, event.last];
    case 'xclient':
      return ['xclient', event.peer.address];
    case 'data':
      return ['data', event.exceptions.length, event.facts.overLimit];
    case 'reply':
      return ['reply', event.code, event.enhanced ?? '', decision(event.verdict)];
    case 'verdict':
      return ['verdict', decision(event.verdict)];
    case 'tls':
      return ['tls', event.state];
    case 'stored':
      return ['stored', event.sender.raw, event.recipients.map(({ raw }) => raw), event.remote];
    case 'close':
      return ['close'];
    case 'fault':
      return ['fault', event.error];
  }
}

const decision = ({ stage, action, reason }: { stage: string; action: string; reason: string }) => [
  stage,
  action,
  reason,
];

/** The digest of one case; the order in which its sessions came does not count, clients of a flood race. */
export function digestOf(sessions: readonly { readonly events: readonly Event[] }[]): string {
  return sha256(
    sessions
      .map(({ events }) => sha256(JSON.stringify(events.map(canonical))))
      .toSorted()
      .join('\n'),
  );
}

/** The digest of a case in the simulated world: every octet of every event, in order. */
export function exactDigest(sessions: readonly { readonly id: string; readonly events: readonly Event[] }[]): string {
  const hash = createHash('sha256');
  for (const { id, events } of sessions) for (const event of events) hash.update(`${id} ${JSON.stringify(event)}\n`);
  return hash.digest('hex');
}

/** The digest of a run: its cases in order. */
export function digestOfRun(cases: readonly string[]): string {
  return sha256(cases.join('\n'));
}
