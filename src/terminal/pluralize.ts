/** Formats a count with its noun: `1 object`, `2 objects`. */
export const pluralize = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
