// The groups on the left: how many settings of each differ from their defaults, where errors are, where something is unsaved.
import { useMemo } from 'react';
import { defaults } from '../../../core/contract/settings/settings.ts';
import { go, usePlace } from '../../state/place.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { counted } from '../../ui/figures.ts';
import { useDraft } from './draft.ts';
import { countByGroup } from './problems.ts';
import { useProblems, useUnsaved } from './SaveBar.tsx';
import { senderPartOf, senderParts, stateOf } from './sender/parts.ts';
import { differences, groupNames, groupNode, type Mapping, valueAt } from './tree.ts';

/** What the middle pane shows: a group, or the users. */
export type PageId = (typeof groupNames)[number] | 'users';

export function pageOf(setting: string | undefined): PageId {
  const first = setting?.split('.')[0];
  if (first === 'users') return 'users';
  return groupNames.find((group) => group === first) ?? 'listeners';
}

export function GroupList({ page }: { readonly page: PageId }) {
  const settings = useDraft((draft) => draft.settings);
  const unsaved = useUnsaved();
  const problems = useProblems();
  const hasFailed = useWorkbench(
    ({ receiver }) => receiver?.listeners.some(({ state }) => state === 'failed') === true,
  );
  const own = useOwnCounts(settings);
  const wrong = useMemo(() => countByGroup(problems), [problems]);
  const fresh = useMemo(() => new Set(unsaved.map(({ path }) => path.split('.')[0])), [unsaved]);
  return (
    <nav className="scroll groups" aria-label="Groups of settings" onKeyDown={walk}>
      <ul>
        {groupNames.map((group) => {
          const errors = wrong.get(group) ?? 0;
          const count = own[group] ?? 0;
          const { title } = groupNode(group).meta;
          return (
            <li key={group}>
              <button
                type="button"
                className="group"
                aria-current={group === page ? 'true' : undefined}
                data-pane-focus={group === page ? '' : undefined}
                onClick={() => go({ view: 'receiver', setting: group }, true)}
              >
                <span className="cut">{title}</span>
                {fresh.has(group) && (
                  <span className="group-unsaved" title="Not applied yet">
                    <span className="unseen">, not applied yet</span>
                  </span>
                )}
                <span className="grow" />
                {group === 'listeners' && hasFailed && (
                  <span className="group-errors" title="A listener could not be bound">
                    <span aria-hidden>■</span>
                    <span className="unseen">, a listener failed</span>
                  </span>
                )}
                {errors > 0 && (
                  <span className="group-errors">
                    <span aria-hidden>■ {errors}</span>
                    <span className="unseen">, {counted(errors, 'error')}</span>
                  </span>
                )}
                {count > 0 && (
                  <span className="group-count" title={`${counted(count, 'setting')} not at the default`}>
                    <span aria-hidden>{count}</span>
                    <span className="unseen">, {counted(count, 'difference')} from the defaults</span>
                  </span>
                )}
              </button>
              {group === 'sender' && page === 'sender' && <Checks settings={settings} wrong={problems} />}
            </li>
          );
        })}
      </ul>
      <ul className="groups-more">
        <li>
          <button
            type="button"
            className="group"
            aria-current={page === 'users' ? 'true' : undefined}
            data-pane-focus={page === 'users' ? '' : undefined}
            onClick={() => go({ view: 'receiver', setting: 'users' }, true)}
          >
            Users
          </button>
        </li>
      </ul>
    </nav>
  );
}

interface ChecksProps {
  readonly settings: Mapping;
  readonly wrong: readonly { readonly path: string }[];
}

/** The checks of the Sender page, below its name while it is open. */
function Checks({ settings, wrong }: ChecksProps) {
  const open = usePlace(({ setting }) => senderPartOf(setting)?.key);
  return (
    <ul className="checks" aria-label="Checks of the sender">
      {senderParts.map((part) => {
        const value = valueAt(settings, part.path);
        const { isOn, words } = stateOf(part, value);
        const errors = wrong.filter(({ path }) => path.startsWith(`${part.path}.`)).length;
        return (
          <li key={part.key}>
            <button
              type="button"
              className="group"
              aria-current={part.key === open ? 'page' : undefined}
              onClick={() => go({ view: 'receiver', setting: part.path }, true)}
            >
              <span className="check-state" data-on={isOn || undefined} aria-hidden>
                {isOn ? '●' : '○'}
              </span>
              <span className="cut">{part.node.meta.title}</span>
              <span className="unseen">, {words}</span>
              <span className="grow" />
              {errors > 0 && (
                <span className="group-errors">
                  <span aria-hidden>■ {errors}</span>
                  <span className="unseen">, {counted(errors, 'error')}</span>
                </span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function useOwnCounts(settings: Mapping): Readonly<Record<string, number>> {
  return useMemo(
    () =>
      Object.fromEntries(
        groupNames.map((group) => [group, differences(defaults[group], settings[group], groupNode(group)).length]),
      ),
    [settings],
  );
}

/** Arrow keys walk through the groups. */
function walk(event: React.KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button')];
  const next = buttons[buttons.findIndex((one) => one === document.activeElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
}
