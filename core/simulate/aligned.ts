// Rows of a table as lines of text.

/** Columns of equal width, two spaces between them; those whose cells below the head all begin with a digit stand to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const cells = (column: number) => rows.map((row) => row[column] ?? '');
  const widths = head.map((_, column) => Math.max(...cells(column).map(({ length }) => length)));
  const isRight = head.map((_, column) => cells(column).every((cell, index) => index === 0 || /^[\d-]/.test(cell)));
  return rows.map((row) =>
    row
      .map((cell, column) => (isRight[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
