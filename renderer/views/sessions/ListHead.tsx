// The head of the session list: filter, follow, the menu of the list, and how many are kept.
import { ArrowUpToLine, Columns3, MoreHorizontal, Send } from 'lucide-react';
import { choose, useChoices } from '../../state/choices.ts';
import { runCommand } from '../../state/commands.ts';
import { withTerm } from '../../state/filter.ts';
import { setFilter, useFilter } from '../../state/filterText.ts';
import { go } from '../../state/place.ts';
import { sayError, useWorkbench, workbench } from '../../state/workbench.ts';
import { IconButton, Jump } from '../../ui/Button.tsx';
import { confirm } from '../../ui/Dialog.tsx';
import { count, counted } from '../../ui/figures.ts';
import { Menu, type MenuEntry } from '../../ui/Menu.tsx';
import { PaneHead } from '../../ui/Pane.tsx';
import { toast } from '../../ui/Toast.tsx';
import { sessionColumns } from './columns.tsx';
import { FilterBox } from './FilterBox.tsx';

interface HeadProps {
  readonly shown: number;
  /** Sessions that came on top since the list is not followed. */
  readonly fresh: number;
  readonly isFiltered: boolean;
  readonly onLeave: () => void;
  readonly onSend: () => void;
}

export function ListHead({ shown, fresh, isFiltered, onLeave, onSend }: HeadProps) {
  const { hiddenColumns, isFollowing, isLogOpen, listAt } = useChoices();
  const filter = useFilter((state) => state.text);
  const isOwnOnly = /(^|\s)run:no(\s|$)/.test(filter);
  const held = useWorkbench((state) => state.sessions.rows.length);
  const kept = useWorkbench((state) => state.settings?.settings.queue.keepSessions);
  const columns: MenuEntry[] = sessionColumns.map(({ id, title }) => ({
    kind: 'check',
    title,
    isOn: !hiddenColumns.includes(id),
    run: (isOn) =>
      choose({ hiddenColumns: isOn ? hiddenColumns.filter((other) => other !== id) : [...hiddenColumns, id] }),
  }));
  return (
    <>
      <PaneHead>
        <FilterBox onLeave={onLeave} />
        <IconButton
          icon={ArrowUpToLine}
          label="Follow new sessions"
          command="sessions.follow"
          aria-pressed={isFollowing}
          onClick={() => runCommand('sessions.follow')}
        />
        <IconButton icon={Send} label="Send a test message" command="sessions.test" onClick={onSend} />
        <Menu
          trigger={<IconButton icon={MoreHorizontal} label="More for sessions" />}
          entries={[
            { kind: 'check', title: 'Log', isOn: isLogOpen, run: (isOn) => choose({ isLogOpen: isOn }) },
            {
              kind: 'check',
              title: 'Without those of scenario runs',
              isOn: isOwnOnly,
              run: (isOn) => setFilter(withTerm(filter, 'run', isOn ? 'no' : undefined)),
            },
            { kind: 'line' },
            {
              kind: 'choice',
              label: 'Where the list stands',
              value: listAt,
              options: [
                { value: 'side', title: 'List beside the transcript' },
                { value: 'top', title: 'List above the transcript' },
              ],
              run: (value) => choose({ listAt: value === 'top' ? 'top' : 'side' }),
            },
            { kind: 'line' },
            {
              kind: 'action',
              title: 'Clear all sessions …',
              command: 'sessions.clear',
              disabled: held === 0,
              run: () => void clearSessions(),
            },
          ]}
        />
      </PaneHead>
      <div className="list-note small muted">
        <span role="status">
          {isFiltered ? `${count(shown)} of ${counted(held, 'session')}` : counted(held, 'session')}
        </span>
        <span className="cut">
          {kept !== undefined && (
            <Jump to={() => go({ view: 'receiver', setting: 'queue.keepSessions' })}>
              {kept === 0 ? 'all are kept' : `the newest ${count(kept)} are kept`}
            </Jump>
          )}
        </span>
        <span className="grow" />
        {fresh > 0 && (
          <button type="button" className="fresh" onClick={() => runCommand('sessions.follow')}>
            ↑ {count(fresh)} new
          </button>
        )}
        <Menu
          trigger={<IconButton icon={Columns3} label="Columns" />}
          entries={[{ kind: 'label', title: 'Columns, where the list is wide' }, ...columns]}
        />
      </div>
    </>
  );
}

/** Asks, then removes all closed sessions and their transcripts. */
export async function clearSessions(): Promise<void> {
  const held = workbench.store.getState().sessions.rows.length;
  const isSure = await confirm({
    title: 'Clear all sessions?',
    about:
      'Their transcripts and reasons are removed from the workspace and cannot be brought back. Sessions still open and accepted messages stay.',
    act: `Clear ${counted(held, 'session')}`,
    isDangerous: true,
  });
  if (!isSure) return;
  try {
    const { removed } = await workbench.call('sessions.clear', {});
    toast(`${counted(removed, 'session')} cleared`);
  } catch (error) {
    toast('Nothing was cleared', sayError(error), 'refuse');
  }
}
