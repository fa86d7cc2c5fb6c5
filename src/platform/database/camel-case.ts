/** The name of a column in camelCase, as the query builder names it too: `phone_number` becomes `phoneNumber`. */
export function toCamelCase(column: string): string {
  return column.replaceAll(/(?<=.)_+(.)/g, (_match, letter: string) => letter.toUpperCase());
}
