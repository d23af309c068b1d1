// Makes a finding of what was found out about a sender: what the settings make of it, and how the client hears it.
import type { SenderAnswer } from '../contract/senderAnswers.ts';
import type { SenderAction } from '../contract/settings/sender/actions.ts';
import type { Finding } from '../contract/verdict.ts';
import type { ReasonKey } from './reasons.table.ts';

export interface Told {
  readonly check: string;
  /** The action, and the setting that says so. */
  readonly value: SenderAction;
  readonly setting: string;
  readonly text: string;
  readonly answer: SenderAnswer;
  readonly reasons: Readonly<Record<'refuse' | 'defer', ReasonKey>>;
  /** Also fills the placeholders of the reply. */
  readonly evidence: Readonly<Record<string, string>>;
}

export function senderFinding({ value, answer, reasons, ...told }: Told): Finding {
  const reason = reasonOf(value, reasons);
  return {
    ...told,
    action: value,
    ...(reason !== undefined && { reason }),
    value,
    dns: answer.questions,
    answer,
    ...(answer.ms >= 0.1 && { ms: answer.ms }),
  };
}

/** What answers the client; undefined where the mail passes, or is answered as if it did. */
function reasonOf(value: SenderAction, reasons: Told['reasons']): ReasonKey | undefined {
  if (value === 'drop') return 'peer-dropped';
  return value === 'refuse' || value === 'defer' ? reasons[value] : undefined;
}
