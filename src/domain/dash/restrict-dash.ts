import { type Clip, permitsExport, type Restrictions } from '../access/restrictions.ts'
import {
  clipDashSegments,
  type DashSegments,
  dashEndSeconds,
  dashStartSeconds,
  segmentListElement,
  sharedTimelineElement,
} from './dash-segments.ts'
import { xmlAttribute, xmlDuration } from './xml.ts'

// These patterns match only the XML that dash-manifest.ts writes: no comments, no namespace prefixes, no `>`
// in an attribute.
const representation = /<Representation [^>]*>.*?<\/Representation>/gs
const list = /<SegmentList .*<\/SegmentList>/s
const adaptationSet = /<AdaptationSet [^>]*>.*?<\/AdaptationSet>/gs
const listOfSet = /(?<=<AdaptationSet [^>]*>)<SegmentList .*?<\/SegmentList>/s
const presentationDuration = /(?<= mediaPresentationDuration=")[^"]*/

/** Returns the segments of a representation. The manifest has one `S` element for each of them, without `r`. */
const segmentsIn = (xml: string): DashSegments => {
  const segments = [...xml.matchAll(/<S [^>]*>/g)].map(([segment]) => segment)
  return {
    timescale: Number(xmlAttribute(xml, 'timescale')),
    start: Number(xmlAttribute(segments[0] ?? '', 't')),
    durations: segments.map((segment) => Number(xmlAttribute(segment, 'd'))),
    initUri: xmlAttribute(xml, 'sourceURL') ?? '',
    mediaUris: [...xml.matchAll(/<SegmentURL [^>]*>/g)].map(([url]) => xmlAttribute(url, 'media') ?? ''),
  }
}

const isPermitted = (xml: string, restrictions: Restrictions): boolean => {
  const height = xmlAttribute(xml, 'height')
  return permitsExport(restrictions, {
    uid: xmlAttribute(xml, 'id') ?? '',
    height: height === undefined ? null : Number(height),
  })
}

/**
 * Clips a manifest. Segments are not split, so the presentation begins with the first segment that the clip
 * touches, or a little before it.
 */
const clipDash = (manifest: string, clip: Clip): string => {
  const clips = new Map<string, DashSegments>()
  for (const [xml] of manifest.matchAll(representation)) {
    const clipped = clipDashSegments(segmentsIn(xml), clip)
    if (clipped !== null) clips.set(xml, clipped)
  }
  const offset = Math.min(...[...clips.values()].map(dashStartSeconds))
  const end = Math.max(...[...clips.values()].map(dashEndSeconds))
  const clipsIn = (xml: string) => [...xml.matchAll(representation)].flatMap(([of]) => clips.get(of) ?? [])
  return manifest
    .replace(adaptationSet, (xml) =>
      xml.replace(listOfSet, () => sharedTimelineElement(clipsIn(xml), offset) ?? ''),
    )
    .replace(representation, (xml) => {
      const clipped = clips.get(xml)
      return clipped === undefined ? '' : xml.replace(list, () => segmentListElement(clipped, offset))
    })
    .replace(presentationDuration, xmlDuration(end - offset))
}

const withoutEmptySets = (manifest: string): string =>
  manifest.replace(adaptationSet, (xml) => (xml.search(representation) < 0 ? '' : xml))

/**
 * Returns the manifest without forbidden representations, and without segments outside the clip (http-api.md
 * §2.4); `null` if no representation remains.
 */
export const restrictDash = (manifest: string, restrictions: Restrictions): string | null => {
  const permitted = manifest.replace(representation, (xml) => (isPermitted(xml, restrictions) ? xml : ''))
  const { clip } = restrictions
  const restricted = clip === undefined ? permitted : clipDash(permitted, clip)
  return restricted.search(representation) < 0 ? null : withoutEmptySets(restricted)
}
