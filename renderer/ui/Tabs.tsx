// Tabs: a row of names, one panel at a time.
import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

interface TabsProps<Id extends string> {
  readonly label: string;
  readonly value: Id;
  readonly onChange: (id: Id) => void;
  readonly tabs: readonly { readonly id: Id; readonly title: ReactNode; readonly content: () => ReactNode }[];
  /** What stands in the same bar, behind the tabs. */
  readonly beside?: ReactNode;
}

export function Tabs<Id extends string>({ label, value, onChange, tabs, beside }: TabsProps<Id>) {
  return (
    <Base.Root className="tab-panel" value={value} onValueChange={(id) => onChange(id as Id)}>
      <div className="pane-head">
        <Base.List className="tabs" aria-label={label}>
          {tabs.map((tab) => (
            <Base.Tab key={tab.id} value={tab.id} className="tab">
              {tab.title}
            </Base.Tab>
          ))}
        </Base.List>
        <span className="grow" />
        {beside}
      </div>
      {tabs.map((tab) => (
        <Base.Panel key={tab.id} value={tab.id} className="tab-panel" tabIndex={-1}>
          {tab.content()}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
