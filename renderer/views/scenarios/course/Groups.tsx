// How the groups of a population fared: a row for each; where it is narrow a column, or for one alone a list.
import { spanText } from '../../../../core/contract/span.ts';
import type { GroupCourse } from '../../../../core/contract/timeline.ts';
import { count } from '../../../ui/figures.ts';
import { Chip } from '../../../ui/Chip.tsx';

interface Figure {
  readonly title: string;
  /** What it counts, where its name does not say. */
  readonly about?: string;
  readonly of: (group: GroupCourse) => string;
}

const wait = (title: string, part: 'p50' | 'p90' | 'p99' | 'most', about: string): Figure => ({
  title,
  about,
  of: ({ waits }) => (waits.count === 0 ? '–' : spanText(waits[part])),
});

const clients: readonly Figure[] = [
  { title: 'clients', of: ({ clients }) => count(clients) },
  { title: 'begun', about: 'have arrived so far', of: ({ begun }) => count(begun) },
  { title: 'served', about: 'got to the end of their talk', of: ({ served }) => count(served) },
  { title: 'gave up', about: 'were refused for good, or gave up', of: ({ gaveUp }) => count(gaveUp) },
  { title: 'waiting', about: 'are between two tries, or in one', of: ({ waiting }) => count(waiting) },
  { title: 'tries', about: 'connections', of: ({ tries }) => count(tries) },
  { title: 'turned away', about: 'connections that never saw a 220', of: ({ turnedAway }) => count(turnedAway) },
];

const waits: readonly Figure[] = [
  wait('waits: p50', 'p50', 'half of those served waited no longer, from their first try'),
  wait('p90', 'p90', '90 % of those served waited no longer'),
  wait('p99', 'p99', '99 % of those served waited no longer'),
  wait('most', 'most', 'the longest wait of one that was served'),
];

const figures = [...clients, ...waits];

interface GroupsProps {
  readonly groups: readonly GroupCourse[];
  /** Pixels there are. */
  readonly width: number;
}

/** Pixels that a row with all figures needs, and one with those of clients alone. */
const ROW = 760;
const HALF = 480;

export function Groups({ groups, width }: GroupsProps) {
  const [first, ...others] = groups;
  if (!first) return null;
  if (width < HALF && others.length === 0) return <Alone group={first} />;
  if (width < HALF)
    return (
      <table className="table course-groups" aria-label="Groups" data-narrow="">
        <ByColumn groups={groups} />
      </table>
    );
  if (width < ROW)
    return (
      <>
        <table className="table course-groups" aria-label="Groups">
          <ByRow groups={groups} of={clients} />
        </table>
        <table className="table course-groups" aria-label="Waits of the groups">
          <ByRow groups={groups} of={waits} />
        </table>
      </>
    );
  return (
    <table className="table course-groups" aria-label="Groups">
      <ByRow groups={groups} of={figures} />
    </table>
  );
}

function Name({ group: { name, kind } }: { readonly group: GroupCourse }) {
  return (
    <>
      <b>{name}</b>{' '}
      <Chip tone="plain" title={kind === 'citizen' ? 'should be served' : 'should not be served'}>
        {kind}
      </Chip>
    </>
  );
}

/** Names above their figures, several beside each other. */
function Alone({ group }: { readonly group: GroupCourse }) {
  return (
    <div className="course-alone">
      <p>
        <Name group={group} />
      </p>
      <dl aria-label={`Group ${group.name}`}>
        {figures.map(({ title, about, of }) => (
          <div key={title}>
            <dt title={about}>{title}</dt>
            <dd>{of(group)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function ByRow({ groups, of: shown }: Pick<GroupsProps, 'groups'> & { readonly of: readonly Figure[] }) {
  return (
    <>
      <thead>
        <tr>
          <th scope="col">Group</th>
          {shown.map(({ title, about }) => (
            <th key={title} scope="col" className="number" title={about}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <tr key={group.name}>
            <th scope="row">
              <Name group={group} />
            </th>
            {shown.map(({ title, of }) => (
              <td key={title} className="number">
                {of(group)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </>
  );
}

function ByColumn({ groups }: Pick<GroupsProps, 'groups'>) {
  return (
    <>
      <thead>
        <tr>
          <th scope="col">Group</th>
          {groups.map((group) => (
            <th key={group.name} scope="col" className="number">
              <Name group={group} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {figures.map(({ title, about, of }) => (
          <tr key={title}>
            <th scope="row" title={about}>
              {title}
            </th>
            {groups.map((group) => (
              <td key={group.name} className="number">
                {of(group)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </>
  );
}
