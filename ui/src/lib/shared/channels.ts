/** Words for the kinds of channels. */
import { m } from "../paraglide/messages.js";

const names: Record<string, () => string> = {
  sms: m.channel_sms,
  whatsapp: m.channel_whatsapp,
  messenger: m.channel_messenger,
  instagram: m.channel_instagram,
  webchat: m.channel_webchat,
};

/** What a kind of channel is called. A kind that this version does not know keeps its own name. */
export function channelName(kind: string): string {
  return names[kind]?.() ?? kind;
}
