// The filter of the session list: one line of text, completed as it is typed, with a note where it may not mean what was meant.
import { X } from 'lucide-react';
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import type { SessionRow } from '../../../core/contract/summary.ts';
import { useCommand } from '../../state/commands.ts';
import { type Completion, completeFilter, type FilterField, parseFilter } from '../../state/filter.ts';
import { setFilter, useFilter } from '../../state/filterText.ts';
import { workbench } from '../../state/workbench.ts';
import { IconButton } from '../../ui/Button.tsx';
import { KeyHint } from '../../ui/KeyHint.tsx';

export function FilterBox({ onLeave }: { readonly onLeave: () => void }) {
  const text = useFilter((state) => state.text);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const [caret, setCaret] = useState(0);
  const offers = useMemo(() => (isOpen ? completeFilter(text, caret, knownValues) : []), [isOpen, text, caret]);
  const notes = useMemo(() => parseFilter(text).notes, [text]);
  useCommand('list.filter', () => input.current?.select());

  const follow = () => setCaret(input.current?.selectionStart ?? 0);
  const change = (next: string) => {
    setFilter(next);
    setOpen(true);
    setChosen(-1);
    follow();
  };
  const take = (offer: Completion) => {
    const next = text.slice(0, offer.from) + offer.insert + text.slice(offer.to);
    const at = offer.from + offer.insert.length;
    setFilter(next);
    setChosen(-1);
    setOpen(offer.insert.endsWith(':'));
    setCaret(at);
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
  };
  const press = (event: KeyboardEvent) => {
    const offer = offers[chosen];
    if (event.key === 'ArrowDown' && offers.length === 0) {
      if (event.ctrlKey || text === '') setOpen(true);
      else onLeave();
    } else if (event.key === 'ArrowDown') setChosen((chosen + 1) % offers.length);
    else if (event.key === 'ArrowUp' && offers.length > 0) setChosen((chosen - 1 + offers.length) % offers.length);
    else if ((event.key === 'Enter' || event.key === 'Tab') && offer) take(offer);
    else if (event.key === 'Tab' && !event.shiftKey && isOpen && offers[0] && text !== '') take(offers[0]);
    else if (event.key === 'Enter') {
      setOpen(false);
      onLeave();
    } else if (event.key === 'Escape' && offers.length > 0) setOpen(false);
    else if (event.key === 'Escape') onLeave();
    else return;
    event.preventDefault();
  };
  return (
    <div className="filter-box">
      <input
        ref={input}
        className="input filter"
        role="combobox"
        aria-label="Filter sessions"
        aria-expanded={offers.length > 0}
        aria-controls={`${id}-offers`}
        aria-autocomplete="list"
        aria-activedescendant={offers[chosen] ? `${id}-${chosen}` : undefined}
        aria-describedby={notes.length > 0 ? `${id}-notes` : undefined}
        placeholder="Filter: peer, sender, outcome, text"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={press}
        onKeyUp={follow}
        onClick={follow}
        onBlur={() => setOpen(false)}
      />
      <span className="filter-end">
        {text === '' ? (
          <KeyHint keys="/" />
        ) : (
          <IconButton icon={X} label="Clear the filter" onClick={() => setFilter('')} />
        )}
      </span>
      <div
        id={`${id}-offers`}
        role="listbox"
        aria-label="Completions"
        className="popup offers"
        hidden={offers.length === 0}
      >
        {offers.map((offer, index) => (
          <div
            key={offer.label}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className="offer"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(offer)}
          >
            <span className="mono">{offer.label}</span>
            <span className="small muted cut">{offer.about}</span>
          </div>
        ))}
      </div>
      <div
        id={`${id}-notes`}
        role="status"
        className={notes.length > 0 && offers.length === 0 ? 'popup filter-notes' : 'unseen'}
      >
        {notes.map((note) => (
          <div key={note} className="say" data-tone="defer">
            <i aria-hidden>▲</i>
            <span>{note}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** Values that occur in the list, most frequent first. */
function knownValues(field: FilterField): readonly string[] {
  const counts = new Map<string, number>();
  for (const row of workbench.store.getState().sessions.rows) {
    for (const value of valuesOf(field, row)) {
      if (value !== undefined && value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([value]) => value);
}

function valuesOf(field: FilterField, row: SessionRow): readonly (string | undefined)[] {
  switch (field) {
    case 'peer':
      return [row.peer];
    case 'sender':
      return [row.sender];
    case 'recipient':
      return row.recipients;
    case 'user':
      return [row.user];
    case 'message-id':
      return row.messageIds;
    case 'stage':
      return [row.stage];
    case 'code':
      return [row.code === undefined ? undefined : String(row.code)];
    case 'reason':
      return [row.reason];
    case 'closed':
      return [row.closed];
    case 'helo':
      return [row.helo];
    case 'listener':
      return [row.listener];
    case 'run':
      return [row.run];
    case 'spf':
    case 'dkim':
    case 'dmarc':
    case 'arc':
    case 'reverse':
    case 'ehlo':
    case 'domain':
    case 'list':
    case 'greylist':
      return (row.results ?? []).flatMap((result) =>
        result.startsWith(`${field}:`) ? [result.slice(field.length + 1)] : [],
      );
    case 'outcome':
    case 'after':
    case 'before':
    case 'time':
    case 'text':
      return [];
  }
}
