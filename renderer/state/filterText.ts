// The text in the filter of the session list: kept while the person is in another view, set from anywhere.
import { create } from 'zustand';

export const useFilter = create<{ readonly text: string }>(() => ({ text: '' }));

export function setFilter(text: string): void {
  useFilter.setState({ text });
}
