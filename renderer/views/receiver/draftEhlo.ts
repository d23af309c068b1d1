// What a client would see in EHLO: of the draft when there is one and it is right, else of what is applied.
import { useMemo } from 'react';
import type { Output } from '../../../core/contract/calls.ts';
import { useAnswer } from '../../state/asking.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { isDirty, useDraft } from './draft.ts';

export type EhloOf = Output<'receiver.ehlo'>['listeners'][number];

interface Seen {
  readonly listeners: readonly EhloOf[];
  /** `stale`: the draft has errors, so this is what it said before, or what is applied. */
  readonly of: 'applied' | 'draft' | 'stale';
  readonly error?: string;
}

export function useDraftEhlo(): Seen {
  const receiver = useWorkbench((state) => state.receiver);
  const dirty = useDraft(isDirty);
  const settings = useDraft((draft) => draft.settings);
  const isWrong = useDraft((draft) => draft.own.size > 0 || draft.host.length > 0);
  const input = useMemo(() => (dirty && !isWrong ? { settings } : undefined), [dirty, isWrong, settings]);
  const { answer, error: failure } = useAnswer('receiver.ehlo', input);
  if (dirty && answer) return { listeners: answer.listeners, of: isWrong ? 'stale' : 'draft' };
  const applied = (receiver?.listeners ?? []).map(({ name, tls, ehlo }) => ({ name, tls, ...ehlo }));
  const error = dirty ? failure : undefined;
  return { listeners: applied, of: isWrong ? 'stale' : 'applied', ...(error === undefined ? {} : { error }) };
}
