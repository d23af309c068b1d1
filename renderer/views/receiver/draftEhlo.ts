// What a client would see in EHLO: of the draft when there is one and it is right, else of what is applied.
import { useEffect, useState } from 'react';
import type { Output } from '../../../core/contract/calls.ts';
import { sayError, useWorkbench, workbench } from '../../state/workbench.ts';
import { isDirty, useDraft } from './draft.ts';

export type EhloOf = Output<'receiver.ehlo'>['listeners'][number];

interface Seen {
  readonly listeners: readonly EhloOf[];
  /** `stale`: the draft has errors, so this is what it said before, or what is applied. */
  readonly of: 'applied' | 'draft' | 'stale';
  readonly error?: string;
}

/** Milliseconds of rest before the host is asked. */
const REST = 150;

export function useDraftEhlo(): Seen {
  const receiver = useWorkbench((state) => state.receiver);
  const dirty = useDraft(isDirty);
  const settings = useDraft((draft) => draft.settings);
  const isWrong = useDraft((draft) => draft.own.size > 0 || draft.host.length > 0);
  const [answer, setAnswer] = useState<{ readonly listeners?: readonly EhloOf[]; readonly error?: string }>({});
  const canAsk = dirty && !isWrong;
  useEffect(() => {
    if (!canAsk) return undefined;
    let isLate = false;
    const timer = setTimeout(() => {
      workbench.call('receiver.ehlo', { settings }).then(
        ({ listeners }) => !isLate && setAnswer({ listeners }),
        (failure: unknown) => !isLate && setAnswer({ error: sayError(failure) }),
      );
    }, REST);
    return () => {
      isLate = true;
      clearTimeout(timer);
    };
  }, [canAsk, settings]);
  useEffect(() => {
    if (!dirty) setAnswer({});
  }, [dirty]);
  if (dirty && answer.listeners) return { listeners: answer.listeners, of: isWrong ? 'stale' : 'draft' };
  const applied = (receiver?.listeners ?? []).map(({ name, tls, ehlo }) => ({ name, tls, ...ehlo }));
  const error = dirty ? answer.error : undefined;
  return { listeners: applied, of: isWrong ? 'stale' : 'applied', ...(error === undefined ? {} : { error }) };
}
