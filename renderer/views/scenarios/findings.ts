// What of the scenarios is shown: the filter, and the themes that are closed; kept while other views are open.
import { create } from 'zustand';

interface Findings {
  readonly filter: string;
  readonly closed: ReadonlySet<string>;
}

export const useFindings = create<Findings>(() => ({ filter: '', closed: new Set<string>() }));
