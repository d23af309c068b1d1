// The users logins are checked against: found, added, changed, imported, removed. They are part of no configuration.
import { FileInput, Plus, UserRound } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { go } from '../../../state/place.ts';
import { useWorkbench } from '../../../state/workbench.ts';
import { Button, Jump } from '../../../ui/Button.tsx';
import { Chip } from '../../../ui/Chip.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { count, counted } from '../../../ui/figures.ts';
import { PaneHead } from '../../../ui/Pane.tsx';
import { ask, unask, useAsked } from './asking.ts';
import { ImportUsers } from './ImportUsers.tsx';
import { matching } from './model.ts';
import { load, setFilter, useUsers } from './store.ts';
import { TokenDialog } from './TokenDialog.tsx';
import { UserDialog } from './UserDialog.tsx';
import { UserFilter } from './UserFilter.tsx';
import { UserList } from './UserList.tsx';

export function UsersPage() {
  const isOpen = useWorkbench((state) => state.link.state === 'open');
  const { users, storage, error, filter } = useUsers();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isOpen) void load();
  }, [isOpen]);
  const shown = useMemo(() => matching(users ?? [], filter), [users, filter]);
  return (
    <>
      <PaneHead>
        <h2>Users</h2>
        <span className="muted cut">who can log in; never part of settings or exports</span>
        <span className="grow" />
        <Button icon={FileInput} onClick={() => ask({ kind: 'import' })}>
          Import
        </Button>
        <Button icon={Plus} onClick={() => ask({ kind: 'add' })}>
          Add user
        </Button>
      </PaneHead>
      {error !== undefined && (
        <div className="notice" data-tone="refuse" role="alert">
          <span className="grow">The users could not be read: {error}</span>
          <Button onClick={() => void load()}>Try again</Button>
        </div>
      )}
      {storage && storage.notice !== '' && (
        <div className="notice users-storage small" data-tone={storage.sealed ? 'quiet' : 'defer'}>
          <Chip tone={storage.sealed ? 'ok' : 'defer'} shape={storage.sealed ? '◆' : '▲'}>
            {storage.sealed ? 'encrypted' : 'not encrypted'}
          </Chip>
          <span>{storage.notice}</span>
        </div>
      )}
      {users?.length === 0 ? (
        <EmptyState
          icon={UserRound}
          title="Nobody can log in"
          actions={
            <>
              <Button kind="primary" onClick={() => ask({ kind: 'add' })}>
                Add a user
              </Button>
              <Button onClick={() => ask({ kind: 'import' })}>Import users</Button>
            </>
          }
        >
          Logins on every listener are checked against the users here. Passwords are kept only as the mechanisms need
          them.
        </EmptyState>
      ) : (
        <>
          <UserFilter onLeave={() => list.current?.focus()} />
          <div className="list-note small muted">
            <span role="status">
              {users &&
                (filter === ''
                  ? counted(users.length, 'user')
                  : `${count(shown.length)} of ${counted(users.length, 'user')}`)}
            </span>
            <Jump to={() => go({ view: 'receiver', setting: 'authentication' })}>which mechanisms are offered</Jump>
          </div>
          {users && shown.length === 0 ? (
            <EmptyState
              icon={UserRound}
              title="No user matches"
              actions={<Button onClick={() => setFilter('')}>Clear the filter</Button>}
            >
              Names, aliases and the labels of tokens are looked at.
            </EmptyState>
          ) : (
            <UserList rows={shown} scroller={list} />
          )}
        </>
      )}
      <Asking />
    </>
  );
}

function Asking() {
  const asked = useAsked((state) => state.asked);
  useEffect(() => unask, []);
  switch (asked?.kind) {
    case undefined:
      return null;
    case 'add':
      return <UserDialog key="add" />;
    case 'edit':
      return <UserDialog key={asked.name} name={asked.name} />;
    case 'token':
      return <TokenDialog key={asked.name} name={asked.name} />;
    case 'import':
      return <ImportUsers />;
  }
}
