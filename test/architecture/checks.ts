// The law of checks: each has a scenario that proves it, and scenarios name only checks there are.

export type ScenarioChecks = { readonly path: string; readonly checks: readonly string[] };

/** What is missing, as a sentence each. */
export function unproven(checks: readonly string[], scenarios: readonly ScenarioChecks[]): readonly string[] {
  const proven = new Set(scenarios.flatMap((scenario) => scenario.checks));
  return [
    ...checks.filter((name) => !proven.has(name)).map((name) => `check ${name} has no scenario`),
    ...scenarios.flatMap(({ path, checks: named }) =>
      named.filter((name) => !checks.includes(name)).map((name) => `${path} proves ${name}, which is no check`),
    ),
  ];
}
