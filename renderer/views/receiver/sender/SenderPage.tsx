// The Sender page: all checks at a glance, and one check at a time with its map, its moment and who is exempt.
import { go } from '../../../state/place.ts';
import { Chip } from '../../../ui/Chip.tsx';
import { Jump } from '../../../ui/Button.tsx';
import { Table } from '../../../ui/Table.tsx';
import { actionLook } from '../../sender/looks.ts';
import { useDraft } from '../draft.ts';
import { Part } from '../Form.tsx';
import { groupNode, valueAt } from '../tree.ts';
import { ActionTable } from './ActionTable.tsx';
import { GreylistPanel } from './GreylistPanel.tsx';
import { inOrder, leadsOf, type SenderPart, senderParts, stageOf, stageTitles, stateOf } from './parts.ts';
import { FixedStage, StageMap } from './StageLine.tsx';

const leaves = (groupNode('sender').members ?? []).filter(([, member]) => !member.members);

/** What there is, what is on, when it acts and what it may lead to. */
export function SenderOverview() {
  const sender = useDraft((draft) => valueAt(draft.settings, 'sender'));
  return (
    <>
      <StageMap />
      <Table<SenderPart>
        label="Checks of the sender"
        columns={[
          {
            title: 'Check',
            cell: ({ path, node }) => (
              <Jump to={() => go({ view: 'receiver', setting: path }, true)}>{node.meta.title}</Jump>
            ),
          },
          { title: 'State', cell: (part) => <State part={part} value={valueAt(sender, part.key)} /> },
          {
            title: 'Acts at',
            cell: (part) => {
              const stage = stageOf(part, valueAt(sender, part.key));
              return <span className="muted">{stage === undefined ? '–' : stageTitles[stage]}</span>;
            },
          },
          { title: 'Stops mail', cell: (part) => <Leads part={part} value={valueAt(sender, part.key)} /> },
        ]}
        rows={senderParts}
      />
      {leaves.map(([key, node]) => (
        <Part key={key} path={`sender.${key}`} node={node} depth={0} />
      ))}
    </>
  );
}

interface CellProps {
  readonly part: SenderPart;
  readonly value: unknown;
}

function State({ part, value }: CellProps) {
  const { isOn, words } = stateOf(part, value);
  return (
    <Chip tone={isOn ? 'ok' : 'quiet'} shape={isOn ? '●' : '○'}>
      {words}
    </Chip>
  );
}

function Leads({ part, value }: CellProps) {
  if (!stateOf(part, value).isOn) return <span className="muted">nothing while it is off</span>;
  const leads = leadsOf(part, value);
  if (part.key === 'results') return <span className="muted">never: it writes</span>;
  if (leads.length === 0)
    return <span className="muted">{part.key === 'greylist' ? 'for a while, when it is new' : 'never: it tells'}</span>;
  return (
    <div className="leads" data-off={!stateOf(part, value).isOn || undefined}>
      {leads.map(({ action, results }) => {
        const { tone, shape } = actionLook(action);
        return (
          <span key={action}>
            <Chip tone={tone} shape={shape}>
              {action}
            </Chip>{' '}
            <span className="small">{results.join(', ')}</span>
          </span>
        );
      })}
    </div>
  );
}

/** One check. */
export function SenderCheck({ part }: { readonly part: SenderPart }) {
  const { path, node } = part;
  const { first, actions, rest, exempt } = inOrder(part);
  const stage = stageOf(part, node.fallback);
  const hasChoice = node.members?.some(([key]) => key === 'stage') === true;
  const show = ([key, member]: (typeof first)[number]) => (
    <Part key={key} path={`${path}.${key}`} node={member} depth={0} />
  );
  return (
    <>
      {!hasChoice && stage !== undefined && <FixedStage stage={stage} />}
      {first.map(show)}
      {actions.length > 1 && (
        <ActionTable label={`What ${node.meta.title ?? 'it'} leads to`} path={path} actions={actions} />
      )}
      {actions.length === 1 && actions.map(show)}
      {rest.map(show)}
      {exempt.length > 0 && (
        <section className="exempt" aria-label="Who is exempt">
          <h3>Who is exempt</h3>
          {exempt.map(show)}
        </section>
      )}
      {part.key === 'greylist' && <GreylistPanel />}
    </>
  );
}
