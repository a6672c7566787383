/** Words for the roles of members. */
import { m } from "../paraglide/messages.js";

const names: Record<string, () => string> = { agent: m.rail_role_agent, manager: m.rail_role_manager, admin: m.rail_role_admin };

/** What a role is called. */
export function roleName(role: string): string {
  return names[role]?.() ?? role;
}
