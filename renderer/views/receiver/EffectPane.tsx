// The Effect tab: what a client sees of each listener, and which access rule decides for an address.
import { useMemo, useState } from 'react';
import type { Output } from '../../../core/contract/calls.ts';
import { parseIp } from '../../../core/contract/settings/network.ts';
import { go } from '../../state/place.ts';
import { useAnswer } from '../../state/asking.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Jump } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { Select } from '../../ui/Choose.tsx';
import { Field, Say } from '../../ui/Field.tsx';
import { useDraft } from './draft.ts';
import { AskDns } from './dns/AskDns.tsx';
import { RecentQuestions } from './dns/RecentQuestions.tsx';
import { WhatIf } from './sender/WhatIf.tsx';
import { SeenByClients } from './Ehlo.tsx';
import type { PageId } from './GroupList.tsx';
import { isMapping, valueAt } from './tree.ts';

/** On the page of authentication what a client is offered comes first. */
export function EffectPane({ page }: { readonly page: PageId }) {
  if (page === 'sender') return <WhatIf />;
  if (page === 'dns')
    return (
      <>
        <AskDns />
        <RecentQuestions />
      </>
    );
  const isOffer = page === 'authentication';
  return (
    <div className="scroll side-body" tabIndex={0} role="region" aria-label="Effect">
      {isOffer && <SeenByClients />}
      <AccessTrial />
      {!isOffer && <SeenByClients />}
    </div>
  );
}

type Decided = Output<'receiver.access'>;

/** Tries the access rules of the draft on an address. */
function AccessTrial() {
  const settings = useDraft((draft) => draft.settings);
  const isWrong = useDraft((draft) => draft.own.size > 0 || draft.host.length > 0);
  const sessions = useWorkbench((state) => state.sessions.rows);
  const [address, setAddress] = useState('');
  const [chosen, setChosen] = useState('');
  const names = namesOf(valueAt(settings, 'listeners'));
  const listener = names.includes(chosen) ? chosen : (names[0] ?? '');
  const isAddress = parseIp(address.trim()) !== undefined;
  const canAsk = isAddress && listener !== '' && !isWrong;
  const input = useMemo(
    () => (canAsk ? { address: address.trim(), listener, settings } : undefined),
    [canAsk, address, listener, settings],
  );
  const { answer, error } = useAnswer('receiver.access', input);
  const recent = [...new Set(sessions.slice(0, 500).map(({ peer }) => peer))].slice(0, 12);
  return (
    <section className="trial" aria-label="Access rules tried on an address">
      <h3>Who gets in</h3>
      <div className="trial-fields">
        <Field
          label="Address"
          error={
            address.trim() !== '' && !isAddress ? 'Write an IPv4 or IPv6 address, such as 203.0.113.7.' : undefined
          }
        >
          {(control) => (
            <input
              {...control}
              className="input mono"
              placeholder="203.0.113.7"
              list="recent-peers"
              spellCheck={false}
              autoComplete="off"
              value={address}
              onChange={(event) => setAddress(event.target.value)}
            />
          )}
        </Field>
        <Field label="Listener">
          {(control) => (
            <Select
              {...control}
              value={listener}
              options={names.map((name) => ({ value: name, title: name }))}
              onChoose={setChosen}
            />
          )}
        </Field>
        <datalist id="recent-peers">
          {recent.map((peer) => (
            <option key={peer} value={peer} />
          ))}
        </datalist>
      </div>
      <div aria-live="polite">
        {address.trim() === '' ? (
          <p className="small muted">Type an address to see which rule of the draft decides, before the greeting.</p>
        ) : isWrong ? (
          <p className="small muted">The draft has errors: correct them to try its rules.</p>
        ) : (
          canAsk && <Answer decided={answer} error={error} />
        )}
      </div>
    </section>
  );
}

export function namesOf(listeners: unknown): readonly string[] {
  if (!Array.isArray(listeners)) return [];
  return listeners.flatMap((one: unknown) => (isMapping(one) && typeof one['name'] === 'string' ? [one['name']] : []));
}

interface AnswerProps {
  readonly decided: Decided | undefined;
  readonly error: string | undefined;
}

function Answer({ decided, error }: AnswerProps) {
  if (error !== undefined) return <Say tone="refuse" text={error} />;
  if (!decided) return null;
  const { allowed, because, path, trace } = decided;
  return (
    <div className="access-answer">
      <div className="row">
        <Chip tone={allowed ? 'ok' : 'drop'} shape={allowed ? '✓' : '×'}>
          {allowed ? 'let in' : 'refused'}
        </Chip>
        <span>{because}</span>
      </div>
      <Jump to={() => go({ view: 'receiver', setting: path }, true)} className="link mono">
        {path}
      </Jump>
      <ol className="access-trace small" aria-label="Rules looked at, in order">
        {trace.map((line, index) => (
          <li key={index}>{line}</li>
        ))}
      </ol>
    </div>
  );
}
