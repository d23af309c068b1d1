// Gives out a token: a label first, then the token, shown this once.
import { type FormEvent, useState } from 'react';
import { sayError } from '../../../state/workbench.ts';
import { Button } from '../../../ui/Button.tsx';
import { copyText } from '../../../ui/copyText.ts';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Field, Say } from '../../../ui/Field.tsx';
import { unask } from './asking.ts';
import { giveToken } from './store.ts';

export function TokenDialog({ name }: { readonly name: string }) {
  const [label, setLabel] = useState('');
  const [token, setToken] = useState<string>();
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const give = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy || token !== undefined) return;
    setBusy(true);
    try {
      setToken(await giveToken(name, label.trim()));
      setError(undefined);
    } catch (failure) {
      setError(sayError(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={token === undefined ? `Give out a token for ${name}` : `The token of ${name}`}
      about={
        token === undefined
          ? 'OAUTHBEARER and XOAUTH2 take it in place of a password, until it is revoked.'
          : 'It is shown this once: copy it now. What is kept cannot be turned back into it.'
      }
      width={520}
      isOpen
      onClose={unask}
      actions={
        token === undefined ? (
          <>
            <Button onClick={unask}>Cancel</Button>
            <Button kind="primary" type="submit" form="token-form" busy={isBusy}>
              Give out
            </Button>
          </>
        ) : (
          <>
            <Button onClick={() => void copyText(token, 'Token copied')}>Copy</Button>
            <Button kind="primary" onClick={unask}>
              Done
            </Button>
          </>
        )
      }
    >
      {token === undefined ? (
        <form id="token-form" className="form-fields" onSubmit={(event) => void give(event)}>
          <Field label="Label" help="For whom or what it is, so that the right one is revoked later.">
            {(control) => (
              <input
                {...control}
                className="input"
                autoComplete="off"
                maxLength={100}
                placeholder="Ann’s phone"
                value={label}
                onChange={(event) => setLabel(event.target.value)}
              />
            )}
          </Field>
        </form>
      ) : (
        <output className="token mono" aria-label="Token">
          {token}
        </output>
      )}
      <Say tone="refuse" text={error} />
    </Dialog>
  );
}
