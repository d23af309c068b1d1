// Findings that say the same again and again are made once for each settings and frozen.
import type { Settings } from '../contract/settings/settings.ts';
import type { Finding } from '../contract/verdict.ts';

/** So many are kept for one settings; when they are full all are made anew. */
const most = 1000;

const kept = new WeakMap<Settings, Map<string, Finding>>();

/** The finding under this key, made when it is asked for the first time. The key must name everything it depends on besides the settings. */
export function constant(settings: Settings, key: string, make: () => Finding): Finding {
  let findings = kept.get(settings);
  if (findings === undefined) kept.set(settings, (findings = new Map<string, Finding>()));
  let finding = findings.get(key);
  if (finding === undefined) {
    if (findings.size >= most) findings.clear();
    findings.set(key, (finding = Object.freeze(make())));
  }
  return finding;
}
