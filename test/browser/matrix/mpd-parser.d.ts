declare module 'mpd-parser' {
  type Segment = { readonly duration: number; readonly uri: string; readonly resolvedUri: string }
  export const parse: (
    manifest: string,
    options: { readonly manifestUri: string },
  ) => { readonly playlists: ReadonlyArray<{ readonly segments: ReadonlyArray<Segment> }> }
}
