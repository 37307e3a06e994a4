/** Describes the number of files with exports of an older recipe, in one line. */
export const describeOutdated = (count: number): string => {
  if (count === 0) return 'no exports were made by an older recipe'
  const files = count === 1 ? '1 file' : `${count} files`
  return `the exports of ${files} were made by an older recipe: larder remake --outdated makes them anew`
}
