/** What the signed-in member may do. Set by `App` from the session; every pane reads it here. */
import type { SignedIn } from "$lib/rpc/types";

class Member {
  /** The session, while somebody is signed in. */
  current = $state.raw<SignedIn | null>(null);

  /** Whether the member has a capability. */
  can(capability: string): boolean {
    return this.current?.capabilities.includes(capability) ?? false;
  }

  /** Contact Center numbers its regions differently and shows fewer segments. */
  get contactCenter(): boolean {
    return this.current?.product === "contact_center";
  }
}

/** The signed-in member. */
export const member = new Member();
