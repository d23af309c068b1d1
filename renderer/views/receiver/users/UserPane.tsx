// All there is to know of the chosen user: addresses, quota, which mechanisms work and why others do not, tokens.
import { KeyRound, Pencil, Plus, Trash2, UserRound } from 'lucide-react';
import { useState } from 'react';
import type { UserRow } from '../../../../core/contract/userCalls.ts';
import { go } from '../../../state/place.ts';
import { useWorkbench } from '../../../state/workbench.ts';
import { Button, IconButton, Jump } from '../../../ui/Button.tsx';
import { Chip } from '../../../ui/Chip.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { count, counted, moment } from '../../../ui/figures.ts';
import { PaneHead } from '../../../ui/Pane.tsx';
import { ask, askRemove, askRevoke, useChosen } from './asking.ts';
import { usable } from './model.ts';
import { useUsers } from './store.ts';

export function UserPane() {
  const chosen = useChosen();
  const user = useUsers(({ users }) => users?.find(({ name }) => name === chosen));
  const isLoaded = useUsers(({ users }) => users !== undefined);
  if (!user)
    return (
      <>
        <PaneHead>
          <h2>User</h2>
        </PaneHead>
        <EmptyState
          icon={UserRound}
          title={chosen !== undefined && isLoaded ? `There is no user ${chosen}` : 'No user is chosen'}
        >
          Choose one in the list: which mechanisms work for it and why others do not, its aliases and tokens appear
          here.
        </EmptyState>
      </>
    );
  return (
    <>
      <PaneHead>
        <h2 className="mono session-peer cut" title={user.name}>
          {user.name}
        </h2>
        <Chip tone={user.enabled ? 'ok' : 'quiet'} shape={user.enabled ? '✓' : '–'}>
          {user.enabled ? 'enabled' : 'disabled'}
        </Chip>
        <span className="grow" />
        <Button icon={Pencil} onClick={() => ask({ kind: 'edit', name: user.name })}>
          Edit
        </Button>
        <IconButton icon={Trash2} label={`Remove ${user.name}`} onClick={() => void askRemove(user.name)} />
      </PaneHead>
      <div className="scroll side-body" key={user.name} tabIndex={0} role="region" aria-label={`About ${user.name}`}>
        {!user.enabled && (
          <p className="user-off">A login as this user is refused, with the same reply as any other.</p>
        )}
        <Facts user={user} />
        <Mechanisms user={user} />
        <Tokens user={user} />
      </div>
    </>
  );
}

/** Aliases shown at once. */
const SHOWN = 12;

function Facts({ user }: { readonly user: UserRow }) {
  const { name, aliases, quota, created } = user;
  const [isAll, setAll] = useState(false);
  const all = useWorkbench(({ settings }) => settings?.settings.protection.failedLogins.account.maxRetry);
  const shown = isAll ? aliases : aliases.slice(0, SHOWN);
  return (
    <dl className="facts user-facts">
      <dt>name</dt>
      <dd className="mono user-name">{name}</dd>
      <dt>since</dt>
      <dd>{moment(created)}</dd>
      <dt>quota</dt>
      <dd>
        {quota === null ? (
          <Jump to={() => go({ view: 'receiver', setting: 'protection.failedLogins.account.maxRetry' })}>
            as all{all === undefined ? '' : `: ${all === 0 ? 'no limit' : counted(all, 'failed login')}`}
          </Jump>
        ) : (
          `${counted(quota, 'failed login')}, then it is held off`
        )}
      </dd>
      <dt>aliases</dt>
      <dd>
        {aliases.length === 0 ? (
          <span className="muted">none: it stands for its own name alone</span>
        ) : (
          <ul className="user-aliases mono" aria-label="Aliases">
            {shown.map((alias) => (
              <li key={alias}>{alias}</li>
            ))}
          </ul>
        )}
        {aliases.length > SHOWN && (
          <Button kind="ghost" onClick={() => setAll(!isAll)}>
            {isAll ? 'Show fewer' : `Show ${count(aliases.length - SHOWN)} more`}
          </Button>
        )}
      </dd>
    </dl>
  );
}

function Mechanisms({ user }: { readonly user: UserRow }) {
  const { some, of } = usable(user);
  return (
    <section aria-label="Mechanisms">
      <h3>
        Mechanisms: {some} of {of} can be used
      </h3>
      <ul className="user-mechanisms">
        {user.mechanisms.map(({ name, usable: can, why }) => (
          <li key={name} data-off={can ? undefined : ''}>
            <Chip tone={can ? 'ok' : 'quiet'} shape={can ? '✓' : '–'}>
              {can ? 'yes' : 'no'}
            </Chip>
            <div>
              <span className="mono">{name}</span>
              {why !== '' && <span className="muted small">{why}</span>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tokens({ user }: { readonly user: UserRow }) {
  const { name, tokens } = user;
  return (
    <section aria-label="Tokens">
      <div className="side-head">
        <h3>Tokens{tokens.length > 0 && `: ${tokens.length}`}</h3>
        <span className="grow" />
        <Button icon={Plus} onClick={() => ask({ kind: 'token', name })}>
          Give out a token
        </Button>
      </div>
      {tokens.length === 0 ? (
        <p className="muted small">None. OAUTHBEARER and XOAUTH2 take a token in place of the password.</p>
      ) : (
        <ul className="user-tokens">
          {tokens.map(({ id, label, created }) => (
            <li key={id}>
              <KeyRound aria-hidden />
              <span className="cut grow" title={label}>
                {label === '' ? <span className="muted">without a label</span> : label}
              </span>
              <span className="muted small">{moment(created)}</span>
              <Button
                kind="ghost"
                aria-label={`Revoke the token ${label === '' ? id : label}`}
                onClick={() => void askRevoke(name, { id, label })}
              >
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
