// What if: this peer, this EHLO, this MAIL FROM, this From; the real checks of the draft say what would happen, and why.
import { useEffect, useId, useMemo } from 'react';
import { create } from 'zustand';
import type { TriedStage } from '../../../../core/contract/senderCalls.ts';
import { parseIp } from '../../../../core/contract/settings/network.ts';
import { useAnswer } from '../../../state/asking.ts';
import { useWorkbench } from '../../../state/workbench.ts';
import { Button } from '../../../ui/Button.tsx';
import { Chip, codeLook } from '../../../ui/Chip.tsx';
import { Select } from '../../../ui/Choose.tsx';
import { Field, Say } from '../../../ui/Field.tsx';
import { clock } from '../../../ui/figures.ts';
import { actionLook } from '../../sender/looks.ts';
import { When } from '../../sender/when.ts';
import { LookedAt } from '../../sessions/LookedAt.tsx';
import { useZone } from '../dns/DnsPage.tsx';
import { useDraft } from '../draft.ts';
import { namesOf } from '../EffectPane.tsx';
import { equal, valueAt } from '../tree.ts';
import {
  decidingStage,
  faultOf,
  fieldTitles,
  type Tried,
  type TriedField,
  triedFields,
  triedFromZone,
  triedOf,
} from './whatIf.ts';

interface Trial {
  readonly listener: string;
  /** What was typed; else it is as the zone or the last session has it. */
  readonly typed: Partial<Tried>;
  readonly session: string;
  /** The last answer: what cannot be tried leaves it standing. */
  readonly stages?: readonly TriedStage[];
}

const useTrial = create<Trial>(() => ({ listener: '', typed: {}, session: '' }));

const placeholders: Readonly<Record<TriedField, string>> = {
  peer: '192.0.2.10',
  ehlo: 'mail.example.com',
  mailFrom: 'empty: the null sender',
  recipient: 'empty: it ends at MAIL',
  from: 'empty: no message',
};

/** Sessions to choose from. */
const OFFERED = 25;
const REST = 350;

export function WhatIf() {
  const { listener: wished, typed, session, stages } = useTrial();
  const settings = useDraft((draft) => draft.settings);
  const applied = useDraft((draft) => draft.base?.settings);
  const isWrong = useDraft((draft) => draft.own.size > 0 || draft.host.length > 0);
  const zone = useZone();
  const names = namesOf(valueAt(settings, 'listeners'));
  const listener = names.includes(wished) ? wished : (names[0] ?? '');
  const all = useWorkbench((state) => state.sessions.rows);
  const offered = useMemo(() => all.filter(({ helo }) => helo !== undefined).slice(0, OFFERED), [all]);
  const chosen = all.find(({ id }) => id === session);
  const domains = valueAt(settings, 'domains.local');
  const tried = useMemo<Tried>(
    () => ({ ...(chosen ? triedOf(chosen) : triedFromZone(zone, domains)), ...typed }),
    [chosen, zone, domains, typed],
  );
  const isAddress = parseIp(tried.peer.trim()) !== undefined;
  const canAsk = isAddress && !isWrong && listener !== '';
  const input = useMemo(
    () => (canAsk ? { listener, ...tried, peer: tried.peer.trim(), message: '' } : undefined),
    [canAsk, listener, tried],
  );
  // A draft that differs goes along; a zone of megabytes that does not stays here.
  const asked = useMemo(
    () => input && (equal(settings, applied) ? { ...input } : { ...input, settings }),
    [input, settings, applied],
  );
  const { answer, error, isSlow, isBusy } = useAnswer('test.sender', asked, REST);
  useEffect(() => {
    if (answer?.problems.length === 0) useTrial.setState({ stages: answer.stages });
  }, [answer]);
  const faults = (answer?.problems ?? []).map(faultOf);
  const errorOf = (field: TriedField) =>
    field === 'peer' && !isAddress
      ? 'Write an IPv4 or IPv6 address, such as 203.0.113.7.'
      : faults.find((fault) => fault.field === field)?.text;
  const take = (id: string) => useTrial.setState({ session: id, typed: {} });
  return (
    <div className="scroll side-body what-if" tabIndex={0} role="region" aria-label="What if">
      <div className="what-if-head">
        <h3>This sender: what would happen, and why</h3>
        <p className="small muted">The real checks run on the draft. Nothing is stored, and no session is made.</p>
      </div>
      <Outcome stages={stages ?? []} isStale={isSlow || faults.length > 0 || !canAsk} />
      <Sources listener={listener} names={names} offered={offered} session={chosen?.id ?? ''} onTake={take} />
      <div className="what-if-fields">
        {triedFields.map((field) => (
          <Field key={field} label={fieldTitles[field]} error={errorOf(field)}>
            {(control) => (
              <input
                {...control}
                className="input mono"
                spellCheck={false}
                autoComplete="off"
                maxLength={field === 'from' ? 998 : field === 'ehlo' ? 512 : 320}
                placeholder={placeholders[field]}
                value={tried[field]}
                onChange={(event) => useTrial.setState({ typed: { ...typed, [field]: event.target.value } })}
              />
            )}
          </Field>
        ))}
      </div>
      {isWrong && (
        <Say tone="defer" text="The draft has errors: correct them to try it. Below is what it said before." />
      )}
      <Say tone="refuse" text={error} />
      {faults.map(({ field, text }) => field === undefined && <Say key={text} tone="refuse" text={text} />)}
      <p className="small muted what-if-state" role="status">
        {isSlow ? 'Asking DNS …' : ''}
      </p>
      {stages && (
        <When value={Date.now()}>
          <ol
            className="tried"
            aria-label="What would happen"
            aria-busy={isBusy}
            data-stale={isSlow || faults.length > 0 || !canAsk || undefined}
          >
            {stages.map((one, index) => (
              <StageResult key={`${one.stage}-${index}`} tried={one} />
            ))}
          </ol>
        </When>
      )}
    </div>
  );
}

/** What comes of it, in one line above everything else. */
function Outcome({ stages, isStale }: { readonly stages: readonly TriedStage[]; readonly isStale: boolean }) {
  const deciding = decidingStage(stages);
  if (!deciding) return <p className="what-if-outcome" role="status" />;
  const { stage, verdict, reply } = deciding;
  const { tone, shape } = actionLook(verdict.action);
  return (
    <p className="what-if-outcome" role="status" data-stale={isStale || undefined}>
      <Chip tone={tone} shape={shape}>
        {verdict.action} at {stage}
      </Chip>
      <span className="mono cut" title={reply}>
        {reply}
      </span>
    </p>
  );
}

interface SourcesProps {
  readonly listener: string;
  readonly names: readonly string[];
  readonly offered: readonly {
    readonly id: string;
    readonly started: number;
    readonly peer: string;
    readonly sender?: string;
  }[];
  readonly session: string;
  readonly onTake: (id: string) => void;
}

function Sources({ listener, names, offered, session, onTake }: SourcesProps) {
  const id = useId();
  const hasTyped = useTrial(({ typed }) => Object.keys(typed).length > 0);
  const options = offered.map(({ id: value, started, peer, sender }) => ({
    value,
    title: `${clock(started).slice(0, 8)} ${peer}${sender === undefined ? '' : ` <${sender}>`}`,
  }));
  const isGone = session !== '' && !options.some(({ value }) => value === session);
  return (
    <div className="what-if-sources">
      <label htmlFor={id} className="small muted">
        Values from
      </label>
      <Select
        id={id}
        value={session}
        options={[
          { value: '', title: 'the zone' },
          ...(isGone ? [{ value: session, title: 'an older session' }] : []),
          ...options,
        ]}
        onChoose={onTake}
      />
      {hasTyped && (
        <Button kind="ghost" onClick={() => onTake(session)}>
          Undo typing
        </Button>
      )}
      {names.length > 1 && (
        <Select
          aria-label="Listener"
          value={listener}
          options={names.map((name) => ({ value: name, title: name }))}
          onChoose={(next) => useTrial.setState({ listener: next })}
        />
      )}
    </div>
  );
}

function StageResult({ tried: { stage, about, verdict, reply } }: { readonly tried: TriedStage }) {
  const code = Number.parseInt(reply, 10) || 0;
  const { shape } = codeLook(code);
  const look = actionLook(verdict.action);
  return (
    <li data-tone={code >= 400 ? codeLook(code).tone : look.tone}>
      <div className="tried-head">
        <b>{stage}</b>
        <span className="mono small muted cut" title={about}>
          {about}
        </span>
        <Chip tone={look.tone} shape={look.shape}>
          {verdict.action}
        </Chip>
      </div>
      <div className="mono tried-reply">
        {shape !== '' && <span aria-hidden>{shape} </span>}
        {reply}
      </div>
      {verdict.action !== 'accept' && <div className="small">{verdict.because}</div>}
      <LookedAt findings={verdict.findings} />
    </li>
  );
}
