export const mediaKinds = ['image', 'content'] as const

/** The kind of a media file. Tokens for images and tokens for content have different keys and audiences. */
export type MediaKind = (typeof mediaKinds)[number]
