// A shortcut as it is printed on the keys.

const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

/** `Ctrl+K` as a person of this system reads it. */
export function printedKeys(keys: string): string {
  return isMac ? keys.replace('Ctrl+', '⌘').replace('Shift+', '⇧').replace('Alt+', '⌥') : keys.replaceAll('+', ' ');
}

export function KeyHint({ keys }: { readonly keys: string }) {
  return <kbd aria-hidden>{printedKeys(keys)}</kbd>;
}
