// Puts text on the clipboard and says so.
import { toast } from './Toast.tsx';

/** Copies; a browser that forbids it gets the older way, and then a sentence. */
export async function copyText(text: string, what = 'Copied'): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copyBySelection(text)) {
      toast('Not copied', 'The browser does not allow it: select the text instead.', 'refuse');
      return;
    }
  }
  toast(what);
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  const before = document.activeElement;
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}
