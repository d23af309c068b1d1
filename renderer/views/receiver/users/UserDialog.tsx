// The dialog that adds a user, or changes one; what was typed stays until the host has taken it.
import { type FormEvent, useState } from 'react';
import { sayError } from '../../../state/workbench.ts';
import { Button } from '../../../ui/Button.tsx';
import { Switch } from '../../../ui/Choose.tsx';
import { copyText } from '../../../ui/copyText.ts';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Field, Say } from '../../../ui/Field.tsx';
import { toast } from '../../../ui/Toast.tsx';
import { chooseUser, unask } from './asking.ts';
import { generate, readAliases, readQuota } from './model.ts';
import { setUser, useUsers } from './store.ts';

/** `name`: of the user that is changed; a new one without it. */
export function UserDialog({ name: old }: { readonly name?: string }) {
  const users = useUsers((state) => state.users) ?? [];
  const [before] = useState(() => users.find((user) => user.name === old));
  const [name, setName] = useState(old ?? '');
  const [password, setPassword] = useState('');
  const [aliases, setAliases] = useState(before?.aliases.join('\n') ?? '');
  const [quota, setQuota] = useState(String(before?.quota ?? ''));
  const [enabled, setEnabled] = useState(before?.enabled ?? true);
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const isNew = old === undefined;
  const isTwin = isNew && users.some((user) => user.name === name);
  const read = readAliases(aliases);
  const limit = readQuota(quota);
  const canSave =
    name !== '' && (!isNew || password !== '') && !isTwin && read.error === undefined && limit.error === undefined;

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!canSave || isBusy) return;
    setBusy(true);
    try {
      await setUser({
        name,
        enabled,
        aliases: [...read.aliases],
        quota: limit.quota,
        ...(password === '' ? {} : { password }),
      });
      toast(
        isNew ? `${name} can log in` : `${name} is changed`,
        isNew || password === '' ? undefined : 'The new password counts from now on.',
      );
      chooseUser(name);
      unask();
    } catch (failure) {
      setError(sayError(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={isNew ? 'Add a user' : `Edit ${old}`}
      about="A password is kept only as the login mechanisms need it, and never shown again."
      width={520}
      isOpen
      onClose={unask}
      actions={
        <>
          <Button onClick={unask}>Cancel</Button>
          <Button kind="primary" type="submit" form="user-form" disabled={!canSave} busy={isBusy}>
            {isNew ? 'Add' : 'Save'}
          </Button>
        </>
      }
    >
      <form id="user-form" className="form-fields" autoComplete="off" onSubmit={(event) => void save(event)}>
        {isNew && (
          <Field
            label="Name"
            help="As clients log in with it: a word, or an address."
            error={isTwin ? `There is a user ${name} already: edit that one instead.` : undefined}
          >
            {(control) => (
              <input
                {...control}
                className="input mono"
                autoComplete="off"
                spellCheck={false}
                maxLength={255}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        )}
        <Field
          label={isNew ? 'Password' : 'New password'}
          help={isNew ? undefined : 'Empty: the password stays as it is.'}
        >
          {(control) => (
            <div className="field-line">
              <input
                {...control}
                className="input mono grow"
                type="text"
                autoComplete="new-password"
                spellCheck={false}
                maxLength={1024}
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
        <Field
          label="Aliases"
          help="Addresses, and @domains, it may send as beside its own name: one in each line."
          error={read.error}
        >
          {(control) => (
            <textarea
              {...control}
              className="input mono"
              rows={Math.min(8, Math.max(3, aliases.split('\n').length))}
              spellCheck={false}
              wrap="off"
              placeholder={'sales@example.com\n@example.org'}
              value={aliases}
              onChange={(event) => setAliases(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Quota"
          help="Failed logins before it is held off. Empty: as protection.failedLogins.account says for all."
          error={limit.error}
        >
          {(control) => (
            <input
              {...control}
              className="input mono set-number user-quota"
              inputMode="numeric"
              autoComplete="off"
              placeholder="as all"
              value={quota}
              onChange={(event) => setQuota(event.target.value)}
            />
          )}
        </Field>
        <span className="set-flag">
          <Switch label="Enabled" isOn={enabled} onTurn={setEnabled} />
          <span aria-hidden>{enabled ? 'Enabled' : 'Disabled: refused like any wrong login'}</span>
        </span>
        <Say tone="refuse" text={error} />
      </form>
    </Dialog>
  );
}
