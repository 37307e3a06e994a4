/** Describes in one line how many files have exports of an older recipe. */
export const describeOutdated = (count: number): string => {
  if (count === 0) return 'no exports were made by an older recipe'
  const files = count === 1 ? '1 file' : `${count} files`
  return `the exports of ${files} were made by an older recipe: larder remake --outdated makes them again`
}
