// The numbers of the regions, for those trained on the picture. Contact Center counts otherwise, and gives assigning none.

import { member } from "$lib/session.svelte";

const numbers = {
  assign: { engagement: 15, center: undefined },
  close: { engagement: 16, center: 15 },
  composer: { engagement: 18, center: 17 },
} as const;

/** The number of a region in the member's product. */
export function callout(region: keyof typeof numbers): number | undefined {
  return member.contactCenter ? numbers[region].center : numbers[region].engagement;
}
