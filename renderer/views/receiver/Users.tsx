// The users logins are checked against: listed, added, given a new password, removed. They are part of no configuration.
import { KeyRound, Plus, UserRound, X } from 'lucide-react';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import type { Output } from '../../../core/contract/calls.ts';
import { sayError, useWorkbench, workbench } from '../../state/workbench.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { copyText } from '../../ui/copyText.ts';
import { confirm, Dialog } from '../../ui/Dialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Field, Say } from '../../ui/Field.tsx';
import { moment } from '../../ui/figures.ts';
import { PaneHead } from '../../ui/Pane.tsx';
import { toast } from '../../ui/Toast.tsx';

type User = Output<'users.list'>['users'][number];

/** What the dialog is for: a new user, or a new password for one. */
type Asked = { readonly kind: 'add' } | { readonly kind: 'password'; readonly name: string };

export function Users() {
  const isOpen = useWorkbench((state) => state.link.state === 'open');
  const [users, setUsers] = useState<readonly User[]>();
  const [error, setError] = useState<string>();
  const [asked, setAsked] = useState<Asked>();
  const load = useCallback(() => {
    workbench.call('users.list', {}).then(
      (answer) => {
        setUsers(answer.users);
        setError(undefined);
      },
      (failure: unknown) => setError(sayError(failure)),
    );
  }, []);
  useEffect(() => {
    if (isOpen) load();
  }, [isOpen, load]);

  const remove = async (name: string) => {
    const isYes = await confirm({
      title: `Remove ${name}?`,
      about: 'The user can no longer log in. Sessions and messages stay.',
      act: 'Remove',
      isDangerous: true,
    });
    if (!isYes) return;
    try {
      setUsers((await workbench.call('users.remove', { name })).users);
    } catch (failure) {
      toast(`${name} was not removed`, sayError(failure), 'refuse');
    }
  };

  return (
    <>
      <PaneHead>
        <h2>Users</h2>
        <span className="muted cut">who can log in; never part of settings or exports</span>
        <span className="grow" />
        <Button icon={Plus} onClick={() => setAsked({ kind: 'add' })}>
          Add user
        </Button>
      </PaneHead>
      {error !== undefined && (
        <div className="notice" data-tone="refuse" role="alert">
          The users could not be read: {error}
        </div>
      )}
      {users?.length === 0 ? (
        <EmptyState
          icon={UserRound}
          title="Nobody can log in"
          actions={
            <Button kind="primary" onClick={() => setAsked({ kind: 'add' })}>
              Add a user
            </Button>
          }
        >
          Logins on every listener are checked against the users here. Passwords are kept only as the mechanisms need
          them.
        </EmptyState>
      ) : (
        <div className="scroll settings-form">
          <table className="table" aria-label="Users">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Since</th>
                <th scope="col">
                  <span className="unseen">What to do</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {users?.map(({ name, created }) => (
                <tr key={name}>
                  <td className="mono">{name}</td>
                  <td className="muted">{moment(created)}</td>
                  <td className="number">
                    <Button
                      kind="ghost"
                      icon={KeyRound}
                      aria-label={`Set a new password for ${name}`}
                      onClick={() => setAsked({ kind: 'password', name })}
                    >
                      New password
                    </Button>
                    <IconButton icon={X} label={`Remove ${name}`} onClick={() => void remove(name)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {asked && (
        <Ask
          key={JSON.stringify(asked)}
          asked={asked}
          known={users ?? []}
          onDone={setUsers}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

/** A password nobody guesses: 15 octets of the browser's randomness, in letters that are not mistaken for one another. */
function generate(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const octets = crypto.getRandomValues(new Uint8Array(20));
  return [...octets].map((octet) => letters[octet % letters.length]).join('');
}

interface AskProps {
  readonly asked: Asked;
  readonly known: readonly User[];
  readonly onDone: (users: readonly User[]) => void;
  readonly onClose: () => void;
}

function Ask({ asked, known, onDone, onClose }: AskProps) {
  const [name, setName] = useState(asked.kind === 'add' ? '' : asked.name);
  const [password, setPassword] = useState('');
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const isTwin = asked.kind === 'add' && known.some((user) => user.name === name);
  const canSave = name !== '' && password !== '' && !isTwin;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!canSave || isBusy) return;
    setBusy(true);
    try {
      onDone((await workbench.call('users.set', { name, password })).users);
      toast(asked.kind === 'add' ? `${name} can log in` : `${name} has a new password`);
      onClose();
    } catch (failure) {
      setError(sayError(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={asked.kind === 'add' ? 'Add a user' : `New password for ${asked.name}`}
      about="It is kept only as the login mechanisms need it, and never shown again."
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="user-form" disabled={!canSave} busy={isBusy}>
            {asked.kind === 'add' ? 'Add' : 'Set password'}
          </Button>
        </>
      }
    >
      <form id="user-form" className="form-fields" onSubmit={(event) => void save(event)}>
        {asked.kind === 'add' && (
          <Field
            label="Name"
            error={isTwin ? `There is a user ${name} already: give it a new password instead.` : undefined}
          >
            {(control) => (
              <input
                {...control}
                className="input mono"
                autoComplete="off"
                spellCheck={false}
                maxLength={64}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        )}
        <Field label="Password">
          {(control) => (
            <div className="row">
              <input
                {...control}
                className="input mono grow"
                type="text"
                autoComplete="new-password"
                spellCheck={false}
                maxLength={256}
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
              <Button onClick={() => setPassword(generate())}>Generate</Button>
              <Button disabled={password === ''} onClick={() => void copyText(password, 'Password copied')}>
                Copy
              </Button>
            </div>
          )}
        </Field>
        <Say tone="refuse" text={error} />
      </form>
    </Dialog>
  );
}
