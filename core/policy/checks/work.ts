// Check `work`: has a worker looked at the message, where somebody must; and what happens when none could?
import { assertNever } from '../../contract/never.ts';
import type { MessageAnswer, Work } from '../../contract/senderAnswers.ts';
import type { Wanted } from '../../message/examine.ts';
import type { Finding } from '../../contract/verdict.ts';
import type { Check, PolicyContext } from '../check.ts';
import { messageFound } from '../messageWork.ts';
import { wantedOf } from '../wanted.ts';

/** Everything that is asked of a message is found out here, by one worker in one pass; the checks behind read it from the facts. */
export const work: Check = {
  name: 'work',
  title: 'the work on the message',
  group: 'workers',
  run: (context) => {
    const want = wantedOf(context.settings, context.facts);
    if (want.length === 0) return undefined;
    return messageFound(context, (found) => finding(found, want, context));
  },
};

function finding({ work }: MessageAnswer, want: readonly Wanted[], { settings }: PolicyContext): Finding {
  const common = { check: 'work', work, ...(work.ms >= 0.1 && { ms: Math.round((work.waited + work.ms) * 10) / 10 }) };
  if (work.outcome === 'done') return { ...common, action: 'ignore', text: doneText(work) };
  const isBusy = work.outcome === 'no-room' || work.outcome === 'waited';
  const setting = isBusy ? 'busy' : 'failed';
  const value = settings.workers[setting];
  const text = `${failedText(work)}: ${work.error ?? 'no reason given'}`;
  const said = { ...common, setting: `workers.${setting}`, value };
  const evidence = { outcome: work.outcome, 'left out': want.flatMap((one) => names[one] ?? []).join(', ') };
  if (value === 'defer')
    return { ...said, action: 'defer', reason: isBusy ? 'workers-busy' : 'worker-failed', text, evidence };
  return { ...said, action: 'record', text: `${text}; taken without ${evidence['left out']}`, evidence };
}

/** As a person calls what checks ask for. */
const names: Readonly<Partial<Record<Wanted, string>>> = {
  dkim: 'DKIM',
  dmarc: 'DMARC',
  arc: 'ARC',
  header: 'rules for the header',
  removed: 'removal of foreign results',
};

function doneText({ waited, ms }: Work): string {
  return waited < 0.1
    ? `a worker had it for ${ms} ms`
    : `it waited ${waited} ms for a worker, which had it for ${ms} ms`;
}

function failedText({ outcome }: Work): string {
  switch (outcome) {
    case 'no-room':
      return 'no room to wait for a worker';
    case 'waited':
      return 'no worker was free in time';
    case 'crashed':
      return 'the worker failed';
    case 'too-long':
      return 'the worker was ended';
    case 'done':
      return 'done';
    default:
      return assertNever(outcome);
  }
}
