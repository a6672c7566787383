/** What can be asked, by the names of the generated list. */
import type { RpcMap } from "./types";

/** Name of a call. */
export type RpcName = keyof RpcMap;
/** What a call takes. */
export type Args<N extends RpcName> = RpcMap[N]["req"];
/** What a call answers. */
export type Answer<N extends RpcName> = RpcMap[N]["res"];
