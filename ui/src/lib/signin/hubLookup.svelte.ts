/** The hub is looked up while its address is typed. Late answers to an older address are dropped. */
import { rpc } from "$lib/host";
import type { HubInfo, RpcError } from "$lib/rpc/types";
import { asError } from "$lib/shared/errors";

const PAUSE_MS = 350;

/** What is known about the address in the field. */
export class HubLookup {
  /** The hub that answered. */
  found = $state.raw<HubInfo | undefined>();
  /** Why none did. */
  error = $state.raw<RpcError | undefined>();
  /** An answer is on its way. */
  looking = $state(false);

  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The address changed: forget what was known, ask once the typing pauses. */
  typed(address: string): void {
    this.#forget();
    if (address.trim() === "") return;
    this.looking = true;
    this.#timer = setTimeout(() => void this.look(address), PAUSE_MS);
  }

  /** Asks now. */
  async look(address: string): Promise<void> {
    this.#forget();
    if (address.trim() === "") return;
    const mine = this.#turn;
    this.looking = true;
    try {
      const found = await rpc("lookup_hub", { address });
      if (mine === this.#turn) this.found = found;
    } catch (thrown) {
      if (mine === this.#turn) this.error = asError(thrown);
    }
    if (mine === this.#turn) this.looking = false;
  }

  /** Nothing more is wanted. */
  stop(): void {
    this.#forget();
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.found = undefined;
    this.error = undefined;
    this.looking = false;
  }
}
