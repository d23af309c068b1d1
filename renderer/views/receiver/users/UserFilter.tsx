// The filter of the list of users.
import { X } from 'lucide-react';
import { useRef } from 'react';
import { useCommand } from '../../../state/commands.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { KeyHint } from '../../../ui/KeyHint.tsx';
import { setFilter, useUsers } from './store.ts';

export function UserFilter({ onLeave }: { readonly onLeave: () => void }) {
  const filter = useUsers((state) => state.filter);
  const input = useRef<HTMLInputElement>(null);
  useCommand('list.filter', () => input.current?.select());
  return (
    <div className="users-filter">
      <div className="filter-box">
        <input
          ref={input}
          className="input filter"
          aria-label="Filter users"
          placeholder="Filter: name, alias, token"
          spellCheck={false}
          autoComplete="off"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'Escape' && event.key !== 'ArrowDown') return;
            event.preventDefault();
            onLeave();
          }}
        />
        <span className="filter-end">
          {filter === '' ? (
            <KeyHint keys="/" />
          ) : (
            <IconButton icon={X} label="Clear the filter" onClick={() => setFilter('')} />
          )}
        </span>
      </div>
    </div>
  );
}
