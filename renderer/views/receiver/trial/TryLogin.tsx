// The dialog that logs in to a running listener with any mechanism, and tells move by move what came of it.
import { LogIn } from 'lucide-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Output } from '../../../../core/contract/calls.ts';
import { mechanismNames } from '../../../../core/contract/mechanisms.ts';
import { sayError, useWorkbench, workbench } from '../../../state/workbench.ts';
import { Button } from '../../../ui/Button.tsx';
import { Segments, Select } from '../../../ui/Choose.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Field, Say } from '../../../ui/Field.tsx';
import { isDirty, useDraft } from '../draft.ts';
import { StrengthMark } from '../Strength.tsx';
import { Outcome } from './Outcome.tsx';
import { canActFor, closeTrial, connectionsOf, needsOf, offeredBy, useTrial } from './trial.ts';

export function TryLogin() {
  const isOpen = useTrial((trial) => trial.isOpen);
  return isOpen ? <Trying /> : null;
}

interface Tried {
  readonly answer?: Output<'test.login'>;
  readonly error?: string;
}

const connectionTitles = { clear: 'in clear', secured: 'secured' } as const;

function Trying() {
  const trial = useTrial();
  const all = useWorkbench((state) => state.receiver?.listeners);
  const dirty = useDraft(isDirty);
  const [password, setPassword] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [tried, setTried] = useState<Tried>();
  // What comes after the dialog was closed is looked at in the sessions.
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);

  const listeners = all?.filter(({ state }) => state === 'listening') ?? [];
  const listener = listeners.find(({ name }) => name === trial.listener) ?? listeners[0];
  const connections = listener ? connectionsOf(listener) : [];
  const wished = trial.secured ? 'secured' : 'clear';
  const connection = connections.includes(wished) ? wished : (connections[0] ?? 'clear');
  const offered = listener ? offeredBy(listener, connection === 'secured') : [];
  const { mechanism, user, authzid } = trial;
  const needs = needsOf(mechanism);
  const hasSecret = needs === 'password' || needs === 'secret' || needs === 'token';
  const isOffered = offered.includes(mechanism);
  const put = useTrial.setState;

  const run = async (event: FormEvent) => {
    event.preventDefault();
    if (!listener || isBusy) return;
    setBusy(true);
    setTried(undefined);
    let outcome: Tried;
    try {
      outcome = {
        answer: await workbench.call('test.login', {
          listener: listener.name,
          secured: connection === 'secured',
          mechanism,
          user,
          password: needs === 'password' || needs === 'secret' ? password : '',
          token: needs === 'token' ? password : '',
          authzid: canActFor(mechanism) ? authzid : '',
        }),
      };
    } catch (failure) {
      outcome = { error: sayError(failure) };
    }
    if (isGone.current) return;
    setTried(outcome);
    setBusy(false);
  };
  return (
    <Dialog
      title="Try a login"
      about="A well-behaved client on this machine logs in to a listener that is up, and a session stands among the others. A failed login counts like any other."
      width={560}
      isOpen
      onClose={closeTrial}
      actions={
        <>
          <span className="grow muted import-state" role="status">
            {isBusy ? `Talking to ${listener?.name ?? ''} … It goes on when this is closed, for 30 s at most.` : ''}
          </span>
          <Button onClick={closeTrial}>Close</Button>
          <Button kind="primary" icon={LogIn} type="submit" form="trial-login" busy={isBusy} disabled={!listener}>
            Log in
          </Button>
        </>
      }
    >
      {dirty && <Say tone="defer" text="What is applied answers: the draft is not applied yet." />}
      <form id="trial-login" className="trial-login" autoComplete="off" onSubmit={(event) => void run(event)}>
        <Field label="Listener" error={listener ? undefined : 'No listener is up: start the receiver first.'}>
          {(control) => (
            <Select
              {...control}
              value={listener?.name ?? ''}
              onChoose={(name) => put({ listener: name })}
              options={listeners.map(({ name, bound, role }) => ({
                value: name,
                title: `${name}: ${role} on ${bound}`,
              }))}
            />
          )}
        </Field>
        <div className="field">
          <span className="label">Connection</span>
          <span>
            <Segments
              label="Connection"
              value={connection}
              options={connections.map((value) => ({ value, title: connectionTitles[value] }))}
              onChoose={(next) => put({ secured: next === 'secured' })}
            />
          </span>
        </div>
        <div className="wide">
          <Field label="Mechanism">
            {(control) => (
              <div className="field-line">
                <Select
                  {...control}
                  className="input grow"
                  value={mechanism}
                  onChoose={(next) => put({ mechanism: next })}
                  options={mechanismNames.map((name) => ({
                    value: name,
                    title: offered.includes(name) ? name : `${name}, not offered here`,
                  }))}
                />
                <span className="row">
                  <StrengthMark mechanism={mechanism} inClear={connection === 'clear'} />
                </span>
              </div>
            )}
          </Field>
          <Say
            tone="defer"
            text={
              listener && !isOffered
                ? `${listener.name} does not offer it ${connection === 'clear' ? 'in clear' : 'inside TLS'}: it can be tried all the same.`
                : undefined
            }
          />
        </div>
        {needs !== 'ticket' && (
          <Field
            label="User"
            help={
              needs === 'certificate'
                ? 'The client shows a certificate in this name, signed by the authority of this workspace.'
                : undefined
            }
          >
            {(control) => (
              <input
                {...control}
                className="input mono"
                autoComplete="off"
                spellCheck={false}
                maxLength={1024}
                value={user}
                onChange={(event) => put({ user: event.target.value })}
              />
            )}
          </Field>
        )}
        {hasSecret && (
          <Field label={needs === 'token' ? 'Token' : 'Password'}>
            {(control) => (
              <input
                {...control}
                className="input mono"
                type="password"
                autoComplete="off"
                maxLength={needs === 'token' ? 16_384 : 1024}
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            )}
          </Field>
        )}
        {needs === 'ticket' && (
          <p className="wide small muted">
            The ticket is the one this machine has: get it with kinit before, for example of the realm that npm run
            realm starts.
          </p>
        )}
        {canActFor(mechanism) && (
          <div className="wide">
            <Field label="Act for" help="Somebody else in whose name it logs in. Usually empty.">
              {(control) => (
                <input
                  {...control}
                  className="input mono"
                  autoComplete="off"
                  spellCheck={false}
                  maxLength={1024}
                  value={authzid}
                  onChange={(event) => put({ authzid: event.target.value })}
                />
              )}
            </Field>
          </div>
        )}
      </form>
      <div aria-live="polite" className="trial-result">
        {tried?.error !== undefined && <Say tone="refuse" text={tried.error} />}
        {tried?.answer && <Outcome answer={tried.answer} onLeave={closeTrial} />}
      </div>
    </Dialog>
  );
}
